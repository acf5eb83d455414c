// service-worker.js: what the installed app can do without a connection, and the notices that come to it.
//
// It keeps two things: the frame ("app": the page for no connection, styles, scripts, icons) and the home as it was seen
// last ("last"), with its time on it. Nothing is written without a connection: a form that cannot be sent stays on the screen
// as it was typed, and the page says so. What was kept goes with signing out, and before anybody signs in.

const APP = "app-1", LAST = "last";
const offline = "/offline";

addEventListener("install", (event) => event.waitUntil(Promise.all([keepFrame(), skipWaiting()])));

addEventListener("activate", (event) => event.waitUntil((async () => {
    for (const name of await caches.keys()) if (name !== APP && name !== LAST) await caches.delete(name);
    await clients.claim();
    keepFirstHome().catch(() => {}); // not waited for: no page opens before this is over
})().catch(() => {})));

// The page that asked for us was there before us.
async function keepFirstHome() {
    await keepHome(await fetch("/", {headers: {Accept: "text/html"}}));
}

async function keepFrame() {
    const answer = await fetch(offline, {headers: {Accept: "text/html"}});
    if (!answer.ok) throw new Error("no frame");
    await keepAssets(await answer.clone().text());
    await (await caches.open(APP)).put(offline, answer);
}

const assetsOf = (html) => [...new Set(html.match(/\/assets\/[\w./-]+/g))];

// The page's own files, by the names that their contents give them: a new name is a new file. True when there was one.
async function keepAssets(html) {
    const app = await caches.open(APP);
    const found = await Promise.all(assetsOf(html).map(async (path) => !(await app.match(path)) && (await app.add(path), true)));
    return found.includes(true);
}

// Those of an earlier release.
async function dropAssets(html) {
    const app = await caches.open(APP), wanted = new Set([offline, ...assetsOf(html)]);
    for (const {url} of await app.keys()) if (!wanted.has(new URL(url).pathname)) await app.delete(url);
}

async function keepHome(answer) {
    if (!answer.ok || answer.redirected || !answer.headers.get("content-type")?.startsWith("text/html")) return;
    const html = await answer.clone().text();
    if (!html.includes("data-last ")) return; // nobody's
    if (await keepAssets(html)) {
        await keepFrame();
        await dropAssets(html + await (await caches.match(offline)).text());
    }
    await (await caches.open(LAST)).put("/", answer);
}

addEventListener("fetch", (event) => {
    const {request} = event, {pathname, origin} = new URL(request.url);
    if (origin !== location.origin || /^\/(staff|sandbox)/.test(pathname)) return;
    if (request.mode === "navigate") event.respondWith(request.method === "GET" ? open(event, pathname) : send(event, pathname));
    else if (pathname.startsWith("/assets/")) event.respondWith(asset(request));
});

// A page as ever; the home is kept on the way, and forgotten where somebody is about to sign in.
async function open(event, pathname) {
    try {
        const answer = await fetch(event.request);
        if (/^\/(signin|signup|recover)/.test(pathname)) await caches.delete(LAST);
        if (pathname === "/") event.waitUntil(keepHome(answer.clone()).catch(() => {}));
        if (pathname.startsWith("/language/")) event.waitUntil(keepFrame().catch(() => {}));
        return answer;
    } catch (error) {
        const home = pathname === "/" ? await caches.match("/", {cacheName: LAST, ignoreVary: true}) : undefined;
        const page = home ?? await caches.match(offline, {cacheName: APP, ignoreVary: true});
        if (!page) throw error;
        const html = (await page.text()).replace("data-last hidden", "data-last");
        return new Response(html, {headers: page.headers, status: 200});
    }
}

// A form. No answer: the page stays as it is (204) and is told why.
async function send(event, pathname) {
    try {
        const answer = await fetch(event.request);
        if (pathname === "/signout") {
            await caches.delete(LAST);
            await (await registration.pushManager.getSubscription())?.unsubscribe();
        }
        return answer;
    } catch {
        for (const client of await clients.matchAll({type: "window"})) client.postMessage("no-answer");
        return new Response(null, {status: 204});
    }
}

async function asset(request) {
    return (await caches.match(request.url, {cacheName: APP})) ?? fetch(request);
}

// ---- notices ----

addEventListener("push", (event) => event.waitUntil((async () => {
    const {id, title, text, href} = event.data.json();
    await registration.showNotification(title, {body: text, tag: id, data: href, icon: "/app-192.png"});
})()));

addEventListener("notificationclick", (event) => {
    event.notification.close();
    event.waitUntil((async () => {
        const address = new URL(event.notification.data ?? "/", location.origin).href;
        const [client] = await clients.matchAll({type: "window"});
        if (!client) return clients.openWindow(address);
        await client.focus();
        return client.navigate(address);
    })());
});
