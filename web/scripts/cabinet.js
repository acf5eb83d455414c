// cabinet.js: what makes the pages pleasanter where scripts run. Nothing here is needed: every page works without it.
// Each part looks for its own data- attribute (web/README.md); the words come from the page, in its language.

const all = (selector, act) => document.querySelectorAll(selector).forEach(act);

// A form goes once: a second press is ignored, the button shows that it is on its way.
document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post") return;
    if (form.dataset.sent) return event.preventDefault();
    if (event.defaultPrevented) return;
    if (!navigator.onLine && complain("none")) return event.preventDefault();
    form.dataset.sent = "1";
    event.submitter?.setAttribute("aria-busy", "true");
    setTimeout(free, 20000, form); // the answer may have been a file, and the page stays
});

function free(form) {
    delete form.dataset.sent;
    form.querySelectorAll("[aria-busy]").forEach((button) => button.removeAttribute("aria-busy"));
}

// Without a connection nothing is sent and what was typed stays; nor is it lost where the connection breaks off, which
// the service worker tells.
function complain(why) {
    const notice = document.querySelector("[data-connection]");
    if (!notice) return false;
    notice.hidden = false;
    notice.querySelector("span").textContent = notice.dataset[why];
    notice.scrollIntoView({block: "center"});
    return true;
}

if (navigator.serviceWorker && document.querySelector("[data-connection]")) {
    navigator.serviceWorker.addEventListener("message", ({data}) => {
        if (data !== "no-answer" || !document.querySelector("form[data-sent]")) return;
        all("form[data-sent]", free);
        complain("broken");
    });
    if (document.body.classList.contains("cabinet")) // the app is for those who have a cabinet
        addEventListener("load", () => navigator.serviceWorker.register("/service-worker.js").catch(() => {}));
}

addEventListener("pageshow", () => all("form[data-sent]", free)); // back from the next page

// Passwords: show and hide, Caps Lock, a keyboard that writes Cyrillic.
all("[data-password]", (box) => {
    const input = box.querySelector("input");
    const button = box.querySelector("button");
    const says = box.parentElement.querySelector("[data-caps]");
    const show = (shown) => {
        input.type = shown ? "text" : "password";
        button.setAttribute("aria-pressed", shown);
        button.setAttribute("aria-label", shown ? box.dataset.hide : box.dataset.show);
    };
    button.hidden = false;
    show(false);
    button.addEventListener("click", () => {
        show(input.type === "password");
        input.focus();
    });
    input.form.addEventListener("submit", () => show(false)); // so that managers see a password
    const warn = (event) => {
        const caps = event.getModifierState?.("CapsLock");
        const text = /[а-яё]/i.test(input.value) ? says.dataset.layout : caps ? says.dataset.caps : "";
        if (says.textContent !== text) says.textContent = text;
    };
    for (const kind of ["keydown", "keyup", "input"]) input.addEventListener(kind, warn);
});

if (!navigator.cookieEnabled) all("[data-cookies-off]", (notice) => (notice.hidden = false));

// A code's life: data-countdown in seconds; the sentence before is the server's, for those without scripts.
all("[data-countdown]", (place) => {
    place.parentElement.style.minHeight = `${place.parentElement.offsetHeight}px`; // fewer words move nothing
    const end = Date.now() + 1000 * place.dataset.countdown;
    const tick = () => {
        const left = Math.max(0, Math.round((end - Date.now()) / 1000));
        const clock = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
        place.textContent = left ? `${place.dataset.left} ${clock}` : place.dataset.over;
        if (!left) clearInterval(timer);
    };
    const timer = setInterval(tick, 1000);
    tick();
});

all("[data-copy]", (button) => {
    if (!navigator.clipboard) return;
    button.hidden = false;
    button.addEventListener("click", async () => {
        const source = document.querySelector(button.dataset.copy);
        const label = button.querySelector("span") ?? button;
        const before = label.textContent;
        await navigator.clipboard.writeText(source.value ?? source.textContent.trim());
        label.textContent = button.dataset.copied;
        setTimeout(() => (label.textContent = before), 2000);
    });
});

// A slider beside a number's field moves it, and is moved by it; then the field alone is sent.
const sliders = () => all("[data-slider]", (slider) => slider.removeAttribute("name"));
sliders();
document.addEventListener("input", ({target}) => {
    if (target.dataset.slider) return (document.querySelector(target.dataset.slider).value = target.value);
    const slider = target.id && document.querySelector(`[data-slider="#${target.id}"]`);
    if (slider) slider.value = parseFloat(target.value.replace(/\s/g, "").replace(",", "."));
});

// A calculator: what is typed or slid there is asked of the server as its button would ask, and the figures follow; what
// was filled in beside them stays. What is chosen from a list has bounds of its own: then all of it is new. Where no
// answer comes there are no figures, rather than old ones.
all("[data-live]", (place) => {
    let timer, asked = 0;
    place.addEventListener("input", ({target}) => {
        if (target.form?.method !== "get") return;
        place.querySelector(".figures").setAttribute("aria-busy", "true");
        clearTimeout(timer);
        timer = setTimeout(look, 150, target);
    });
    async function look(target) {
        const mine = ++asked, address = `${target.form.action}?${new URLSearchParams(new FormData(target.form))}`;
        const answer = await fetch(address, {headers: {Accept: "text/html"}}).catch(() => null);
        const page = new DOMParser().parseFromString((await answer?.text()) ?? "", "text/html");
        if (mine !== asked) return;
        const fresh = page.querySelector("[data-live]"), figures = place.querySelector(".figures");
        const found = fresh?.querySelector(".figures") ?? document.createElement("div");
        for (const {name, type, value, checked} of figures.querySelectorAll("input:not([type=hidden])")) {
            const same = found.querySelector(`[name="${CSS.escape(name)}"]`);
            if (same) type === "checkbox" ? (same.checked = checked) : (same.value = value);
        }
        if (fresh && target.tagName === "SELECT") {
            place.replaceChildren(...fresh.childNodes);
            document.getElementById(target.id)?.focus();
        } else {
            figures.replaceChildren(...found.childNodes);
            figures.removeAttribute("aria-busy");
            fresh?.querySelectorAll("form[method=get] .field").forEach(notes);
        }
        sliders();
        place.querySelector("[data-says]").textContent = place.querySelector("[data-told]")?.textContent ?? "";
        if (answer?.ok) history.replaceState(null, "", address);
    }
});

// What the server says of a field beside it, as the page drawn again would.
function notes(fresh) {
    const field = document.getElementById(fresh.querySelector("input, select")?.id)?.closest(".field");
    if (!field) return;
    const [input, said] = [field.querySelector(".input > *"), fresh.querySelector(".input > *")];
    field.className = fresh.className;
    field.querySelector(".error")?.remove();
    if (fresh.querySelector(".error")) field.querySelector(".input").before(fresh.querySelector(".error"));
    for (const name of ["aria-invalid", "aria-describedby"]) {
        if (said.hasAttribute(name)) input.setAttribute(name, said.getAttribute(name));
        else input.removeAttribute(name);
    }
}

// Two minutes before an idle session ends, say so, on every open tab; being used in one tab is being used in all.
all("[data-session-ends]", (notice) => {
    let timer;
    const begin = (seconds) => {
        clearTimeout(timer);
        notice.hidden = true;
        const left = 1000 * seconds - 120000;
        if (left < 2 ** 31) timer = setTimeout(() => (notice.hidden = false), Math.max(0, left));
    };
    const tabs = new BroadcastChannel(location.pathname.startsWith("/staff") ? "staff" : "customer");
    tabs.onmessage = ({ data }) => begin(data);
    tabs.postMessage(notice.dataset.seconds);
    begin(notice.dataset.seconds);
});

// Live blocks: when the server tells of news, the page is fetched again and the marked blocks take their new content.
// A block that is being used (focus inside) is left alone.
async function refresh() {
    const answer = await fetch(location.href, { headers: { Accept: "text/html", "X-Looking": "1" } });
    if (!answer.ok || answer.redirected) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    all("[data-events][id]", (block) => {
        const found = fresh.getElementById(block.id);
        if (!found || block.contains(document.activeElement) || block.innerHTML === found.innerHTML) return;
        block.replaceChildren(...found.childNodes);
    });
    sliders();
}

const sources = new Map();
all("[data-events]", (block) => {
    const address = block.dataset.events;
    const source = sources.get(address) ?? new EventSource(address);
    sources.set(address, source);
    for (const name of (block.dataset.on ?? "message").split(" ")) source.addEventListener(name, soon);
    // What came between the page and its ear is not told again.
    if (block.matches(".outcome")) source.addEventListener("open", soon);
});

// What is answered elsewhere (a purchase approved in the cabinet): asked for now and then; once it is no more open, the page
// is loaded again and leads on.
all("[data-answered]", (block) => {
    const timer = setInterval(async () => {
        const answer = await fetch(block.dataset.answered, {headers: {Accept: "application/json", "X-Looking": "1"}}).catch(() => null);
        if (!answer?.ok || (await answer.json()).open) return;
        clearInterval(timer);
        location.reload();
    }, 4000);
});

let waiting;
function soon() {
    clearTimeout(waiting);
    waiting = setTimeout(refresh, 150); // several pieces of news at once are one look
}
