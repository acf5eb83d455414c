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
all("[data-slider]", (slider) => {
    const field = document.querySelector(slider.dataset.slider);
    slider.removeAttribute("name");
    slider.addEventListener("input", () => (field.value = slider.value));
    field.addEventListener("input", () => (slider.value = parseFloat(field.value.replace(/\s/g, "").replace(",", "."))));
});

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
}

const sources = new Map();
all("[data-events]", (block) => {
    const address = block.dataset.events;
    const source = sources.get(address) ?? new EventSource(address);
    sources.set(address, source);
    for (const name of (block.dataset.on ?? "message").split(" ")) source.addEventListener(name, soon);
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
