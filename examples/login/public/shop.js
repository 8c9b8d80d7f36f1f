// Signing in and out. The token is fetched from the shop's own backend and handed over; nothing else knows it.

const wellmet = (...command) => window.wellmet(...command);

async function handOver() {
  const answer = await fetch("/token");
  if (answer.status !== 200) return;
  const { token } = await answer.json();
  await wellmet("identify", { token });
}

document.getElementById("in").addEventListener("click", async () => {
  await fetch("/session", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ user: "emily" }),
  });
  await handOver();
});

document.getElementById("out").addEventListener("click", async () => {
  await wellmet("logout");
  await fetch("/session", { method: "DELETE" });
});

// Signed in already: one token an account and device is enough, the SDK sees to that.
handOver();
