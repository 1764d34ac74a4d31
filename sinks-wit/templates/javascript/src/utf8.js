// Text as bytes and back: QuickJS has neither TextEncoder nor TextDecoder.

/** @param {string} text @returns {Uint8Array} */
export function encode(text) {
  const bytes = [];
  for (const letter of text) {
    const code = letter.codePointAt(0);
    if (code < 0x80) bytes.push(code);
    else if (code < 0x800) bytes.push(0xc0 | (code >> 6), tail(code));
    // Half a pair means nothing alone.
    else if (code >= 0xd800 && code < 0xe000) bytes.push(0xef, 0xbf, 0xbd);
    else if (code < 0x10000) bytes.push(0xe0 | (code >> 12), tail(code >> 6), tail(code));
    else bytes.push(0xf0 | (code >> 18), tail(code >> 12), tail(code >> 6), tail(code));
  }
  return Uint8Array.from(bytes);
}

/** What is no UTF-8 becomes U+FFFD. @param {Uint8Array} bytes @returns {string} */
export function decode(bytes) {
  let text = "";
  for (let at = 0; at < bytes.length; ) {
    const [code, length] = read(bytes, at);
    text += String.fromCodePoint(code);
    at += length;
  }
  return text;
}

function tail(code) {
  return 0x80 | (code & 0x3f);
}

/** The code point at a place, and how many bytes it takes. */
function read(bytes, at) {
  const first = bytes[at];
  if (first < 0x80) return [first, 1];
  const length = first >= 0xf0 && first < 0xf5 ? 4 : first >= 0xe0 ? 3 : first >= 0xc2 ? 2 : 1;
  if (length === 1 || first >= 0xf5) return [0xfffd, 1];
  let code = first & (0xff >> (length + 1));
  for (let next = 1; next < length; next += 1) {
    if ((bytes[at + next] & 0xc0) !== 0x80) return [0xfffd, next];
    code = (code << 6) | (bytes[at + next] & 0x3f);
  }
  const least = [0, 0, 0x80, 0x800, 0x10000][length];
  const sound = code >= least && code <= 0x10ffff && !(code >= 0xd800 && code < 0xe000);
  return [sound ? code : 0xfffd, length];
}
