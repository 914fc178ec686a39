'use strict';
// Comfort only: every page works without this file.
document.querySelectorAll('[data-show]').forEach(button => {
  const input = document.getElementById(button.dataset.show);
  const show = button.textContent;
  button.hidden = false;
  button.setAttribute('aria-pressed', 'false');
  button.addEventListener('click', () => {
    const visible = input.type === 'password';
    input.type = visible ? 'text' : 'password';
    button.textContent = visible ? button.dataset.hideText : show;
    button.setAttribute('aria-pressed', String(visible));
    input.focus();
  });
});
document.querySelector('[data-focus]')?.focus();
// On a phone the tabs go on beyond the edge: the current one is in sight.
const tab = document.querySelector('.tabs [aria-current]');
if (tab) tab.parentElement.scrollLeft = tab.offsetLeft - (innerWidth - tab.offsetWidth) / 2;
document.querySelectorAll('[data-print]').forEach(button => {
  button.hidden = false;
  button.addEventListener('click', () => print());
});
// A second press while the first is on its way does nothing; coming back by the back button frees the form.
document.querySelectorAll('form').forEach(form => {
  form.addEventListener('submit', event => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = '1';
  });
});
addEventListener('pageshow', () => document.querySelectorAll('form').forEach(form => delete form.dataset.sent));
