// push.js: asks the browser for notices (Web Push). The form fills its hidden fields and goes on as any form does.

const form = document.querySelector("[data-push]");
const status = form.querySelector("[role=status]");

const able = "serviceWorker" in navigator && "PushManager" in window;
form.hidden = !able;
document.querySelector("[data-push-unsupported]").hidden = able;

const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));

// One made for another key (the server's was replaced) is no good: made anew.
async function subscribe() {
    await navigator.serviceWorker.register("/service-worker.js");
    const {pushManager} = await navigator.serviceWorker.ready;
    const options = {userVisibleOnly: true, applicationServerKey: bytes(form.dataset.push)};
    return pushManager.subscribe(options).catch(async () => {
        await (await pushManager.getSubscription())?.unsubscribe();
        return pushManager.subscribe(options);
    });
}

form.addEventListener("submit", async (event) => {
    if (form.dataset.ready) return delete form.dataset.ready;
    event.preventDefault();
    event.stopImmediatePropagation();
    status.textContent = "";
    if (await Notification.requestPermission() !== "granted") return (status.textContent = form.dataset.denied);
    try {
        const {endpoint, keys} = (await subscribe()).toJSON();
        for (const [name, value] of Object.entries({endpoint, ...keys})) form.elements[name].value = value;
        form.dataset.ready = "1";
        form.requestSubmit();
    } catch {
        status.textContent = form.dataset.failed;
    }
});
