/**
 * What the pages do beside htmx, as one file: pages may run no inline script. Everything works without it too, but for
 * live refresh and the copy buttons.
 */
export const behaviour = `'use strict';
(() => {
  const notice = () => document.getElementById('notice');

  // A refresh that failed is told once above the page; the next one that succeeds takes it back.
  document.addEventListener('htmx:after:request', (event) => {
    const response = event.detail && event.detail.ctx && event.detail.ctx.response;
    const place = notice();
    if (response && response.status < 400 && place && place.dataset.failed) {
      delete place.dataset.failed;
      place.replaceChildren();
    }
    if (response && response.status >= 400 && place) place.dataset.failed = 'yes';
  });
  document.addEventListener('htmx:error', () => {
    const place = notice();
    if (!place) return;
    place.dataset.failed = 'yes';
    const text = document.createElement('p');
    text.className = 'notice bad';
    text.textContent = document.body.dataset.offline || '';
    place.replaceChildren(text);
  });

  document.addEventListener('click', (event) => {
    const button = event.target instanceof Element ? event.target.closest('[data-copy]') : null;
    if (!button) return;
    const text = button.getAttribute('data-copy') || '';
    const done = () => {
      button.classList.add('copied');
      setTimeout(() => button.classList.remove('copied'), 1500);
    };
    if (navigator.clipboard) navigator.clipboard.writeText(text).then(done, () => undefined);
  });

  // One choice for all boxes of a table.
  document.addEventListener('change', (event) => {
    const box = event.target;
    if (!(box instanceof HTMLInputElement)) return;
    if (box.dataset.all) {
      for (const one of document.querySelectorAll('input[name="' + box.dataset.all + '"]')) one.checked = box.checked;
    }
    if (box.form && box.hasAttribute('data-submit')) box.form.requestSubmit();
  });

  // "/" goes to the search field, as people know it from other consoles.
  document.addEventListener('keydown', (event) => {
    if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey) return;
    const target = event.target;
    if (target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|SELECT|TEXTAREA)$/.test(target.tagName))) return;
    const field = document.querySelector('input[type="search"]');
    if (field instanceof HTMLInputElement) {
      event.preventDefault();
      field.focus();
    }
  });
})();
`;
