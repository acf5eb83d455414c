// near.js: asks the browser where one is, and the server for what is near; to about ten metres, no more is needed.

const near = document.querySelector("[data-near]");
const status = near?.querySelector("[role=status]");

if (near && "geolocation" in navigator) near.hidden = false;

near?.querySelector("button").addEventListener("click", () => {
    status.textContent = status.dataset.waiting;
    navigator.geolocation.getCurrentPosition(
        ({coords}) => location.assign(`${near.dataset.near}${coords.latitude.toFixed(4)},${coords.longitude.toFixed(4)}`),
        ({code, PERMISSION_DENIED}) => {
            status.textContent = code === PERMISSION_DENIED ? status.dataset.denied : status.dataset.failed;
        },
        {timeout: 15000, maximumAge: 60000},
    );
});
