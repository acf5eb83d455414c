// pick.js: takes one number for a form's field from the phone's contacts, where the browser can ask for them (Contact
// Picker). The number goes nowhere until the form is sent.

const pickers = document.querySelectorAll("[data-pick]");

for (const button of "contacts" in navigator ? pickers : []) {
    button.hidden = false;
    button.addEventListener("click", async () => {
        const [chosen] = await navigator.contacts.select(["tel"]).catch(() => []);
        const field = document.querySelector(button.dataset.pick);
        if (chosen?.tel?.[0]) field.value = chosen.tel[0];
        field.focus();
    });
}
