'use strict';
// Comfort only: ticks the rules that a password being typed keeps already. The server decides.
const kinds = [/\p{Lu}/u, /\p{Ll}/u, /[0-9]/, /[^\p{L}\p{Nd}]/u, /\p{Lo}/u];
document.querySelectorAll('[data-rules]').forEach(list => {
  const input = document.getElementById(list.dataset.rules);
  const show = () => list.querySelectorAll('[data-least],[data-kinds]').forEach(rule => {
    const kept = rule.dataset.least ? [...input.value].length >= Number(rule.dataset.least) : kinds.filter(kind => kind.test(input.value)).length >= Number(rule.dataset.kinds);
    rule.firstElementChild.hidden = !kept;
  });
  input.addEventListener('input', show);
  show();
});
