// All that is decided or drawn comes from the crate: this reads the form, asks, and shows the answer.
const packed = Uint8Array.from(atob(document.getElementById('wasm').textContent), letter => letter.charCodeAt(0));
const unpacked = new Blob([packed]).stream().pipeThrough(new DecompressionStream('gzip'));
const wasm = await WebAssembly.compile(await new Response(unpacked).arrayBuffer());

// The crate runs beside the page, so that nothing it does keeps the page from moving.
function work() {
  let program;
  onmessage = async ({ data }) => {
    if (data instanceof WebAssembly.Module) {
      program = WebAssembly.instantiate(data, {});
      return;
    }
    const { question, ask, reply, memory } = (await program).exports;
    const bytes = new TextEncoder().encode(data);
    const place = question(bytes.length);
    // A call may move the memory, so it is looked up after each.
    new Uint8Array(memory.buffer, place, bytes.length).set(bytes);
    const length = ask();
    postMessage(new TextDecoder().decode(new Uint8Array(memory.buffer, reply(), length)));
  };
  // A trap is no answer, and nothing may be asked of what is left.
  onunhandledrejection = event => {
    event.preventDefault();
    postMessage(null);
  };
}

const root = document.documentElement, PATIENCE = 300;
const script = URL.createObjectURL(new Blob([`(${work})()`], { type: 'text/javascript' }));
let worker, asked, since, next, gesture, focus, fragment = location.hash.slice(1);

function start() {
  worker?.terminate();
  worker = new Worker(script);
  worker.postMessage(wasm);
  worker.onmessage = ({ data }) => {
    const question = asked;
    asked = undefined;
    if (data === null) {
      start();
      say('The program in this page broke off. What you see is from before; the address has all it takes to repeat it.');
    } else show(JSON.parse(data, named), question);
    if (next) send();
    else delete root.dataset.busy;
  };
}

// What changes while an answer is awaited goes into the next question. An answer that takes long is awaited no more.
function ask(change = {}, step) {
  if (!next && asked && performance.now() - since > PATIENCE) {
    next = asked;
    asked = undefined;
    start();
  }
  next = {
    from: change.from ?? next?.from,
    set: { ...next?.set, ...change.set },
    acts: [...next?.acts ?? [], ...change.acts ?? []],
    step: next?.step === 'push' ? 'push' : step ?? next?.step,
  };
  root.dataset.busy = '';
  if (!asked) send();
}

// The crate writes things by their names as pairs.
const named = (key, value) => ['values', 'texts', 'tables', 'links'].includes(key) ? Object.fromEntries(value) : value;

function send() {
  [asked, next, since] = [next, undefined, performance.now()];
  setTimeout(() => root.classList.toggle('waits', asked !== undefined), PATIENCE);
  const { from, set, acts } = asked, log = document.getElementById('log').value;
  const width = document.querySelector('section:not([hidden]) .figure').clientWidth;
  asked.width = width;
  worker.postMessage(JSON.stringify({ fragment: from ?? fragment, set: Object.entries(set), acts, width, log }));
}

const say = (...notes) => { document.getElementById('notes').textContent = notes.join('\n'); };

function show(answer, { step, from, width }) {
  const section = document.getElementById(answer.view), all = name => section.querySelectorAll(name);
  root.classList.remove('waits');
  for (const view of document.querySelectorAll('section')) {
    const tab = document.getElementById(`tab-${view.id}`);
    view.hidden = view !== section;
    tab.setAttribute('aria-selected', !view.hidden);
    tab.tabIndex = view.hidden ? -1 : 0;
  }
  fragment = answer.fragment;
  say(...answer.notes);
  for (const field of all('[name]')) {
    const value = answer.values[field.name], range = field.nextElementSibling;
    field.setAttribute('aria-invalid', answer.refusal?.field === field.name);
    if (next?.set && field.name in next.set) continue;
    if (field.type === 'radio') field.checked = field.value === value;
    else if (field !== document.activeElement || from !== undefined) field.value = value;
    if (range?.type === 'range') {
      const at = range.dataset.steps.split('|').indexOf(value);
      if (at >= 0) range.value = at;
      range.setAttribute('aria-valuetext', value);
    }
  }
  for (const place of all('.refusal')) {
    place.textContent = place.id === `${answer.view}-${answer.refusal?.field}-error` ? answer.refusal.sentence : '';
  }
  // If nothing can be shown, the last picture stays, and so does its address.
  if (!answer.refusal) {
    document.getElementById(`tab-${answer.view}`).href = `#${fragment}`;
    if (step && `#${fragment}` !== location.hash) history[`${step}State`](null, '', `#${fragment}`);
    fill(answer, section, all);
  }
  // A picture is as wide as its place, which may have changed.
  if (section.querySelector('.figure').clientWidth !== width) ask();
  root.dataset.ready = '';
}

function fill(answer, section, all) {
  section.querySelector('.says').innerHTML = answer.says;
  section.querySelector('.picture').innerHTML = answer.picture;
  const sliders = section.querySelector('.sliders');
  if (sliders) {
    const held = focus ?? sliders.querySelector(':focus')?.dataset.event;
    sliders.innerHTML = answer.sliders;
    if (held) (sliders.querySelector(`[data-event="${held}"]`) ?? sliders.lastElementChild ?? section.querySelector('.figure')).focus();
    focus = undefined;
  }
  for (const place of all('[data-text]')) place.textContent = answer.texts[place.dataset.text] ?? '';
  const log = section.querySelector('textarea');
  if (log && log !== document.activeElement) log.value = answer.texts.pasted;
  for (const place of all('[data-link]')) place.href = `#${answer.links[place.dataset.link]}`;
  for (const table of all('[data-table]')) {
    table.replaceChildren(...answer.tables[table.dataset.table].map((row, number) => {
      const line = document.createElement('tr');
      line.append(...row.map(text => Object.assign(document.createElement(number ? 'td' : 'th'), { textContent: text })));
      return line;
    }));
  }
}

// A change is a step back in the history, and so are all of one gesture together.
function change(what, set, acts) {
  ask({ set, acts }, gesture === what ? 'replace' : 'push');
  gesture = what;
}

addEventListener('input', ({ target }) => {
  if (target.id === 'log') return change('log', { log: 'pasted' });
  const isRange = target.type === 'range', field = isRange ? target.previousElementSibling : target;
  if (isRange) field.value = target.dataset.steps.split('|')[target.value];
  change(field.name, { [field.name]: field.value });
});
addEventListener('change', () => { gesture = undefined; });
addEventListener('submit', event => event.preventDefault());
addEventListener('click', ({ target, clientX }) => {
  const { act, copy } = target.dataset, figure = target.closest('#policy .figure');
  if (act === 'add') focus = 'last';
  if (act) change(Symbol(act), {}, [act === 'seed' ? { seed: crypto.getRandomValues(new Uint32Array(1))[0] } : act]);
  else if (copy) copied(target, target.closest('section').querySelector(`[data-text="${copy}"]`));
  else if (figure && target.role !== 'slider') change(Symbol('click'), {}, [{ click: clientX - figure.getBoundingClientRect().left }]);
});
addEventListener('pointerdown', ({ target, pointerId }) => {
  if (target.role !== 'slider') return;
  const figure = target.closest('.figure'), number = Number(target.dataset.event), drag = Symbol('drag');
  const move = ({ clientX }) => change(drag, {}, [{ drag: [number, clientX - figure.getBoundingClientRect().left] }]);
  figure.setPointerCapture(pointerId);
  figure.addEventListener('pointermove', move);
  figure.addEventListener('lostpointercapture', () => figure.removeEventListener('pointermove', move), { once: true });
  // The click at the end of a drag sets nothing.
  figure.addEventListener('click', event => event.stopPropagation(), { once: true });
});
addEventListener('keydown', event => {
  const { target, key } = event, number = Number(target.dataset?.event);
  const by = { ArrowLeft: -4, ArrowDown: -4, ArrowRight: 4, ArrowUp: 4, PageDown: -40, PageUp: 40, Home: -1e9, End: 1e9 }[key];
  if (target.role === 'tab' && (key === 'ArrowLeft' || key === 'ArrowRight')) {
    const tabs = [...document.querySelectorAll('[role=tab]')], by = key === 'ArrowRight' ? 1 : -1;
    tabs.at((tabs.indexOf(target) + by) % tabs.length).focus();
  } else if (target.role === 'tab' && key === ' ') target.click();
  else if (target.role === 'slider' && by) change(`event ${number}`, {}, [{ move: [number, by] }]);
  else if (target.role === 'slider' && (key === 'Delete' || key === 'Backspace')) change(Symbol(key), {}, [{ remove: number }]);
  else return;
  event.preventDefault();
});
async function copied(button, place) {
  try {
    await navigator.clipboard.writeText(place.textContent);
    button.textContent = 'Copied';
  } catch {
    getSelection().selectAllChildren(place);
    button.textContent = 'Selected';
  }
  setTimeout(() => { button.textContent = 'Copy'; }, 1500);
}
addEventListener('hashchange', () => {
  gesture = undefined;
  ask({ from: location.hash.slice(1) });
});
addEventListener('resize', () => ask());
start();
ask({ from: fragment });
