// Passkeys (WebAuthn). Where this file does not run the page says what to do instead.
(() => {
  const form = document.querySelector('[data-passkey]');
  if (!form) return;
  if (!window.PublicKeyCredential) {
    form.querySelectorAll('[data-without]').forEach(line => line.hidden = false);
    return;
  }
  const bytes = text => Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), c => c.charCodeAt(0));
  const text = buffer => buffer && btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
  const publicKey = JSON.parse(form.dataset.passkey);
  const isNew = 'rp' in publicKey;
  publicKey.challenge = bytes(publicKey.challenge);
  if (isNew) publicKey.user.id = bytes(publicKey.user.id);
  for (const known of publicKey.allowCredentials || publicKey.excludeCredentials || []) known.id = bytes(known.id);
  const button = form.querySelector('button');
  const failed = form.querySelector('[data-failed]');
  let waiting = new AbortController();

  const send = credential => {
    const r = credential.response;
    form.elements.answer.value = JSON.stringify({
      id: credential.id, rawId: text(credential.rawId), type: credential.type, clientExtensionResults: credential.getClientExtensionResults(),
      authenticatorAttachment: credential.authenticatorAttachment || undefined,
      response: isNew
        ? { clientDataJSON: text(r.clientDataJSON), attestationObject: text(r.attestationObject), transports: r.getTransports ? r.getTransports() : [] }
        : { clientDataJSON: text(r.clientDataJSON), authenticatorData: text(r.authenticatorData), signature: text(r.signature), userHandle: text(r.userHandle) || undefined },
    });
    form.submit();
  };
  const ask = options => isNew ? navigator.credentials.create(options) : navigator.credentials.get(options);

  button.hidden = false;
  button.addEventListener('click', async () => {
    waiting.abort();
    waiting = new AbortController();
    failed.hidden = true;
    button.disabled = true;
    try { send(await ask({ publicKey, signal: waiting.signal })); }
    catch { failed.hidden = false; }
    button.disabled = false;
  });
  // The browser offers passkeys where the login is typed, and nothing is shown where there are none.
  if (form.dataset.conditional === 'yes' && PublicKeyCredential.isConditionalMediationAvailable)
    PublicKeyCredential.isConditionalMediationAvailable().then(can => can && ask({ publicKey, mediation: 'conditional', signal: waiting.signal }).then(send)).catch(() => {});
})();
