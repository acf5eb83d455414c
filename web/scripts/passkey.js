// passkey.js: makes and uses passkeys (WebAuthn). A form with data-passkey asks its options from there, lets the browser
// ask the person, fills its hidden fields and goes on as any form does. Without scripts the other ways are on the page.

const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
const text = (buffer) => buffer ? btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "") : "";

const create = ({challenge, rp, rp_name, user, user_name, exclude}) => navigator.credentials.create({publicKey: {
    challenge: bytes(challenge), rp: {id: rp, name: rp_name}, attestation: "none",
    user: {id: bytes(user), name: user_name, displayName: user_name},
    pubKeyCredParams: [-7, -8, -257].map((alg) => ({type: "public-key", alg})),
    excludeCredentials: exclude.map((id) => ({type: "public-key", id: bytes(id)})),
    authenticatorSelection: {residentKey: "required", requireResidentKey: true, userVerification: "required"},
}});

const get = ({challenge, rp}) => navigator.credentials.get({publicKey: {
    challenge: bytes(challenge), rpId: rp, userVerification: "required",
}});

async function ask(form) {
    const answer = await fetch(form.dataset.passkey, {headers: {Accept: "application/json"}});
    if (answer.status === 403) return location.reload(); // confirmed too long ago: the page asks for it
    if (!answer.ok) throw new Error(answer.status);
    const {rawId, response} = await ("create" in form.dataset ? create : get)(await answer.json());
    const fields = {credential: rawId, client: response.clientDataJSON, attestation: response.attestationObject,
                    authenticator: response.authenticatorData, signature: response.signature, user: response.userHandle};
    for (const [name, value] of Object.entries(fields)) if (form.elements[name]) form.elements[name].value = text(value);
    form.dataset.ready = "1";
    form.requestSubmit();
}

addEventListener("submit", async (event) => {
    const form = event.target;
    if (!("passkey" in form.dataset) || form.dataset.ready) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const status = form.querySelector("[role=status]");
    status.textContent = "";
    if (!window.PublicKeyCredential) return (status.textContent = form.dataset.unsupported);
    await ask(form).catch(() => (status.textContent = form.dataset.failed));
}, true);

addEventListener("pageshow", () => document.querySelectorAll("[data-passkey]").forEach((form) => delete form.dataset.ready));
