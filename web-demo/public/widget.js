/* Puts a digital human on a page: <script src="https://service/widget.js" data-persona="bank-teller"></script>. What she
 * needs is loaded when somebody opens her. Attributes of <digital-human> are given as data-…; see docs/widget.md. */
(() => {
  const script = document.currentScript;
  const add = () => {
    if (!script || !("persona" in script.dataset)) return; // the page places <digital-human> itself
    const element = document.createElement("digital-human");
    for (const [name, value] of Object.entries(script.dataset)) {
      element.setAttribute(name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`), value);
    }
    document.body.append(element);
  };
  import(new URL("digital-human.js", script.src).href).then(() => (document.body ? add() : addEventListener("DOMContentLoaded", add)));
})();
