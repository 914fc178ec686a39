'use strict';
// A code on a screen goes on by itself: news come as server-sent events or, where those do not pass, are asked for every three seconds.
// Nothing here knows what was allowed: the page itself takes it when it is opened anew.
(() => {
  const box = document.getElementById('code');
  if (!box) return;
  const status = document.getElementById('code-status');
  const mostRenewals = 8;
  let renewals = 0, busy = false, next = null, stream = null, ended = false;

  const say = text => { if (status.textContent !== text) status.textContent = text; };
  const stop = () => { ended = true; stream?.close(); };

  function go() {
    stop();
    say(status.dataset.going);
    location.replace(box.dataset.page);
  }

  function sleep() {
    stop();
    box.hidden = true;
    say(status.dataset.asleep);
    document.getElementById('code-wake').hidden = false;
  }

  async function show(word) {
    if (ended || word === box.dataset.tag) return;
    if (word.startsWith('allowed')) return go();
    if (word === 'renew' && ++renewals > mostRenewals) return sleep();
    if (busy) { next = word; return; }
    busy = true;
    try {
      const answer = await fetch(box.dataset.part, { headers: { Accept: 'text/html' } });
      const fresh = answer.ok && new DOMParser().parseFromString(await answer.text(), 'text/html').getElementById('code');
      if (!fresh) return go();
      if (fresh.dataset.tag.startsWith('allowed')) return go();
      box.replaceChildren(...fresh.childNodes);
      Object.assign(box.dataset, fresh.dataset);
      say(box.dataset.status);
    } catch { /* the network is away; the next word tries again */ } finally { busy = false; }
    if (next) { const word = next; next = null; show(word); }
  }

  function listen() {
    if (!window.EventSource) return ask();
    stream = new EventSource(box.dataset.events);
    stream.onmessage = event => show(event.data);
    // A broken connection is made anew by the browser; one that was refused is not.
    stream.onerror = () => { if (stream.readyState === EventSource.CLOSED && !ended) ask(10); };
  }

  function ask(times = Infinity) {
    setTimeout(async () => {
      if (ended) return;
      try {
        const answer = await fetch(box.dataset.state);
        if (answer.ok) await show(await answer.text());
      } catch { /* asked again */ }
      if (!ended) times > 1 ? ask(times - 1) : listen();
    }, 3000);
  }

  listen();
  // Back from the service by the back button: the code on the page is long gone.
  addEventListener('pageshow', event => { if (event.persisted) location.reload(); });
})();
