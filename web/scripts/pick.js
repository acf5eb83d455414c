// pick.js: takes a number for a form's field from the phone's contacts, where the browser can ask for them (Contact
// Picker); a field of several lines gets one for each who is chosen. Nothing goes anywhere until the form is sent.

const pickers = document.querySelectorAll("[data-pick]");

for (const button of "contacts" in navigator ? pickers : []) {
    button.hidden = false;
    button.addEventListener("click", async () => {
        const field = document.querySelector(button.dataset.pick), multiple = field.type === "textarea";
        const chosen = await navigator.contacts.select(["tel"], {multiple}).catch(() => []);
        const numbers = chosen.flatMap(({tel}) => tel?.slice(0, 1) ?? []);
        if (numbers.length > 0) field.value = multiple ? [field.value.trim(), ...numbers].join("\n").trim() : numbers[0];
        field.focus();
    });
}
