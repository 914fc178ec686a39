'use strict';
// A badge before the camera, where the browser can read codes by itself; and pictures that are counted without a page between them.
(() => {
  const box = document.getElementById('camera');
  if (!box || !('BarcodeDetector' in window) || !navigator.mediaDevices?.getUserMedia) return;
  const [video, status, button] = ['video', '[role=status]', 'button'].map(s => box.querySelector(s));
  let stream = null;
  const say = text => { if (status.textContent !== text) status.textContent = text; };

  function stop() {
    stream?.getTracks().forEach(track => track.stop());
    stream = null;
    video.hidden = true;
    button.hidden = false;
  }

  // Only our own badges are opened: whatever else a camera sees stays where it is.
  function open(text) {
    try {
      const url = new URL(text);
      if (url.origin !== location.origin || !url.pathname.startsWith(box.dataset.badges)) return false;
      stop();
      location.assign(url.pathname + box.dataset.query);
      return true;
    } catch { return false; }
  }

  async function look(detector) {
    while (stream) {
      const codes = await detector.detect(video).catch(() => []);
      if (codes.some(code => open(code.rawValue))) return;
      if (codes.length > 0) say(status.dataset.other);
      await new Promise(next => setTimeout(next, 150));
    }
  }

  button.addEventListener('click', async () => {
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } });
      video.srcObject = stream;
      video.hidden = false;
      button.hidden = true;
      say(status.dataset.looking);
      await video.play();
      look(new BarcodeDetector({ formats: ['qr_code'] }));
    } catch { stop(); say(status.dataset.none); }
  });
  addEventListener('pagehide', stop);
  BarcodeDetector.getSupportedFormats().then(formats => { box.hidden = !formats.includes('qr_code'); }, () => {});
})();
(() => {
  const form = document.querySelector('form.pictures');
  if (!form) return;
  const status = form.querySelector('[data-status]'), dots = form.querySelectorAll('.dots i');
  const chosen = () => form.Chosen.value.split('-').filter(word => word);
  form.addEventListener('click', event => {
    const button = event.target.closest('button[name=Picture]');
    if (!button || chosen().length + 1 >= dots.length) return;
    event.preventDefault();
    const words = [...chosen(), button.value];
    form.Chosen.value = words.join('-');
    button.disabled = true;
    dots.forEach((dot, i) => dot.classList.toggle('on', i < words.length));
    status.textContent = status.dataset.status.replace('#', words.length);
    [...form.querySelectorAll('button[name=Picture]')].find(b => !b.disabled && button.compareDocumentPosition(b) & 4)?.focus({ preventScroll: true });
  });
  // Back by the back button: begin again, whatever the browser has kept of the form.
  addEventListener('pageshow', event => { if (event.persisted) location.reload(); });
})();
