// Draws the report from the data in the page. Everything that a program printed goes in as text, never as markup.
'use strict';
(() => {
  const data = JSON.parse(document.getElementById('data').textContent);
  const text = index => data.strings[index];
  const $ = id => document.getElementById(id);

  function h(tag, attributes, ...children) {
    const svg = ['svg', 'path', 'line', 'rect', 'text', 'g', 'title', 'circle'].includes(tag);
    const node = svg ? document.createElementNS('http://www.w3.org/2000/svg', tag) : document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) {
      if (name === 'onclick') node.addEventListener('click', value);
      else if (value !== null && value !== undefined && value !== false) node.setAttribute(name, value === true ? '' : value);
    }
    node.append(...children.flat(Infinity).filter(child => child !== null && child !== undefined));
    return node;
  }
  const counted = (number, noun) => `${number.toLocaleString('en')} ${noun}${number === 1 ? '' : noun.endsWith('s') ? 'es' : 's'}`;
  const kindOf = name => ({
    'silent-wrong': 'wrong', 'corrupt': 'wrong', 'lost': 'wrong', 'told-wrong': 'wrong', 'cannot-recover': 'wrong',
    'false-failure': 'wrong', 'crash': 'crash', 'abort': 'crash', 'hang': 'hang', 'leak': 'minor', 'mute-fail': 'minor',
    'clean-fail': 'clean', 'tolerated': 'sound',
  })[name] || 'none';
  const badge = name => h('span', { class: `badge k-${kindOf(name)}` }, name);

  // --- what there is ------------------------------------------------------------------------------------------------

  // A row of a table of points: class, detail, finding (-1: none), then for each strike: site, what, match, persistence.
  const persistences = ['once', 'twice', 'thrice', 'on'];
  function pointOf(row, exploration) {
    const strikes = [];
    for (let at = 3; at + 3 < row.length; at += 4) {
      const [fn, id, where] = exploration.sites[row[at]];
      strikes.push({ fn: text(fn), id: text(id), where: text(where), what: text(row[at + 1]), match: row[at + 2], last: persistences[row[at + 3]], site: row[at] });
    }
    return { outcome: data.classes[row[0]].name, detail: text(row[1]), finding: row[2], strikes };
  }
  const words = strike => `${strike.fn} ${strike.what}${strike.match === 1 ? '' : `, match ${strike.match}`}${strike.last === 'once' ? '' : `, ${strike.last}`}`;
  const frameWords = ([fn, place, at]) => [fn, place, at].map(text).join(' ');

  const findings = [], points = [];
  data.explorations.forEach((exploration, number) => {
    for (const finding of exploration.findings) {
      const crash = finding.crash;
      finding.exploration = number;
      finding.seek = [finding.class, finding.detail, finding.key, finding.print, finding.strikes, finding.known ? 'known' : 'new', finding.repeated === finding.tried ? '' : 'flaky',
        ...finding.also.map(text), ...finding.stack.map(frameWords), crash ? crash.signal : '', crash ? crash.program : '',
        ...(crash ? crash.stack.map(frameWords) : []), text(finding.out), text(finding.err)].join('\n').toLowerCase();
      findings.push(finding);
    }
    for (const row of exploration.points) {
      const point = pointOf(row, exploration);
      point.exploration = number;
      point.seek = [point.outcome, point.detail, ...point.strikes.flatMap(each => [words(each), each.id, each.where])].join('\n').toLowerCase();
      points.push(point);
    }
  });
  const brief = path => path.replace(/^.*\//, '');
  const isFinding = name => data.classes.some(each => each.name === name && each.finding);
  const views = [
    { id: 'found', label: 'found', of: findings, takes: () => true },
    { id: 'new', label: 'new', of: findings, takes: each => !each.known },
    { id: 'known', label: 'known', of: findings, takes: each => each.known },
    { id: 'flaky', label: 'flaky', of: findings, takes: each => each.repeated !== each.tried },
    { id: 'clean-fail', label: 'clean fail', of: points, takes: each => each.outcome === 'clean-fail' },
    { id: 'tolerated', label: 'tolerated', of: points, takes: each => each.outcome === 'tolerated' },
    { id: 'not-reached', label: 'not reached', of: points, takes: each => each.outcome === 'not-reached' },
    { id: 'unstable', label: 'unstable', of: points, takes: each => each.outcome === 'unstable', rare: true },
    { id: 'absorbed', label: 'absorbed', of: points, takes: each => isFinding(each.outcome) && each.finding < 0, rare: true },
    { id: 'points', label: 'all points', of: points, takes: () => true },
  ];
  for (const view of views) view.all = view.of.filter(view.takes);

  // --- what is shown, which the address says --------------------------------------------------------------------------

  const state = { show: 'found', q: '', open: '' };
  function readAddress() {
    const given = new URLSearchParams(location.hash.slice(1));
    state.show = views.some(view => view.id === given.get('show')) ? given.get('show') : 'found';
    state.q = given.get('q') || '';
    state.open = given.get('open') || '';
  }
  function writeAddress() {
    const said = new URLSearchParams();
    if (state.show !== 'found') said.set('show', state.show);
    if (state.q) said.set('q', state.q);
    if (state.open) said.set('open', state.open);
    history.replaceState(null, '', `#${said}`);
  }
  const sought = list => {
    const parts = state.q.toLowerCase().split(/\s+/).filter(Boolean);
    return parts.length === 0 ? list : list.filter(each => parts.every(part => each.seek.includes(part)));
  };
  function change(what) {
    Object.assign(state, what);
    writeAddress();
    draw();
  }

  // --- parts of a finding -----------------------------------------------------------------------------------------------

  function copyable(line) {
    const code = h('pre', {}, line);
    const button = h('button', {
      type: 'button', onclick: async () => {
        let copied = true;
        try { await navigator.clipboard.writeText(line); } catch {
          const range = document.createRange();
          range.selectNodeContents(code);
          getSelection().removeAllRanges();
          getSelection().addRange(range);
          copied = document.execCommand('copy');
        }
        button.textContent = copied ? 'Copied' : 'Select it';
        $('said').textContent = copied ? 'Copied' : 'It could not be copied';
        setTimeout(() => { button.textContent = 'Copy'; }, 1500);
      },
    }, 'Copy');
    return h('div', { class: 'copy' }, code, button);
  }
  function stack(frames) {
    let own = false;
    return h('ol', { class: 'stack' }, frames.map(([fn, place, at, runtime]) => {
      const first = !own && !runtime;
      own = own || !runtime;
      const rest = [brief(text(place)), text(fn) ? brief(text(at)) : ''].filter(Boolean).join('  ');
      return h('li', { class: first ? 'own' : runtime ? 'runtime' : null, title: `${text(place)} ${text(at)}`.trim() },
        text(fn) || brief(text(at)), rest ? h('span', { class: 'at' }, `  ${rest}`) : null);
    }));
  }
  /// The longest common subsequence of lines; nothing where that would take too long.
  function difference(before, after) {
    let head = 0, tail = 0;
    while (head < before.length && head < after.length && before[head] === after[head]) ++head;
    while (tail < before.length - head && tail < after.length - head && before[before.length - 1 - tail] === after[after.length - 1 - tail]) ++tail;
    const a = before.slice(head, before.length - tail), b = after.slice(head, after.length - tail);
    if (a.length * b.length > 1e6) return null;
    const length = Array.from({ length: a.length + 1 }, () => new Uint32Array(b.length + 1));
    for (let i = a.length - 1; i >= 0; --i)
      for (let j = b.length - 1; j >= 0; --j)
        length[i][j] = a[i] === b[j] ? length[i + 1][j + 1] + 1 : Math.max(length[i + 1][j], length[i][j + 1]);
    const lines = before.slice(0, head).map(line => [' ', line]);
    for (let i = 0, j = 0; i < a.length || j < b.length;) {
      if (i < a.length && j < b.length && a[i] === b[j]) { lines.push([' ', a[i]]); ++i; ++j; }
      else if (j === b.length || (i < a.length && length[i + 1][j] >= length[i][j + 1])) lines.push(['-', a[i++]]);
      else lines.push(['+', b[j++]]);
    }
    return lines.concat(before.slice(before.length - tail).map(line => [' ', line]));
  }
  function outputs(title, before, after) {
    if (before === after)
      return h('div', {}, h('h3', {}, title), after === '' ? h('p', { class: 'soft' }, 'Nothing, as without faults.')
        : [h('p', { class: 'soft' }, 'The same as without faults:'), h('pre', {}, after)]);
    const split = whole => (whole === '' ? [] : whole.replace(/\n$/, '').split('\n'));
    const lines = difference(split(before), split(after));
    if (lines === null) return h('div', {}, h('h3', {}, title), h('pre', {}, after));
    const near = lines.map((_, i) => lines.slice(Math.max(0, i - 3), i + 4).some(line => line[0] !== ' '));
    const shown = [];
    lines.forEach(([sign, line], i) => {
      if (near[i]) shown.push(h('span', { class: sign === '+' ? 'add' : sign === '-' ? 'del' : null }, `${sign} ${line}`));
      else if (i === 0 || near[i - 1]) shown.push(h('span', { class: 'gap' }, '  …'));
    });
    if (!lines.some(line => line[0] !== ' ')) shown.push(h('span', { class: 'gap' }, '  They differ in the last line break alone.'));
    return h('div', {}, h('h3', {}, title), h('p', { class: 'soft' }, '− without faults   + under the fault'), h('pre', { class: 'diff' }, shown));
  }
  function body(finding) {
    const exploration = data.explorations[finding.exploration];
    const info = data.classes.find(each => each.name === finding.class);
    const also = finding.also.map(text);
    const facts = h('dl', { class: 'facts' },
      h('dt', {}, 'what was done'), h('dd', {}, h('code', {}, finding.strikes)),
      h('dt', {}, 'stability'), h('dd', {}, `seen in ${finding.repeated} of ${counted(finding.tried, 'run')}`),
      h('dt', {}, 'status'), h('dd', {}, finding.known ? 'known already' : 'new'),
      h('dt', {}, 'key'), h('dd', {}, h('code', {}, finding.key)),
      also.length ? [h('dt', {}, 'also by'), h('dd', {}, h('details', {}, h('summary', {}, counted(also.length, 'more point')), h('pre', {}, also.join('\n'))))] : []);
    return h('div', { class: 'body' },
      h('p', {}, info.meaning, ' ', h('span', { class: 'soft' }, info.advice)),
      finding.repro ? [h('h3', {}, 'Repeat it'), copyable(finding.repro)] : null,
      h('div', { class: 'columns' },
        finding.stack.length ? h('div', {}, h('h3', {}, 'Where the call was struck'), stack(finding.stack)) : null,
        finding.crash ? h('div', {}, h('h3', {}, `Where ${brief(finding.crash.program)} was killed, by ${finding.crash.signal}`), stack(finding.crash.stack))
          : h('div', {}, h('h3', {}, 'About it'), facts)),
      h('div', { class: 'columns' }, outputs('Standard output', text(exploration.out), text(finding.out)), outputs('Standard error', text(exploration.err), text(finding.err))),
      finding.crash ? [h('h3', {}, 'About it'), facts] : null,
      finding.plan ? [h('h3', {}, 'Smallest plan'), copyable(finding.plan)] : null);
  }
  const cards = new Map();
  function card(finding) {
    if (cards.has(finding)) return cards.get(finding);
    const place = finding.stack.find(frame => !frame[3]) || finding.stack[0];
    const where = place ? `, called from ${[text(place[0]) || brief(text(place[2])), brief(text(place[1]))].filter(Boolean).join(' at ')}` : '';
    const node = h('article', { class: 'card finding', id: `f-${finding.print}` },
      h('button', { type: 'button', 'aria-expanded': 'false', onclick: () => change({ open: state.open === finding.print ? '' : finding.print }) },
        badge(finding.class), h('span', { class: 'what' }, finding.detail || data.classes.find(each => each.name === finding.class).meaning),
        h('span', { class: 'marks' },
          h('span', { class: finding.known ? 'mark' : 'mark new' }, finding.known ? 'known' : 'new'),
          h('span', { class: finding.repeated === finding.tried ? 'mark' : 'mark flaky', title: 'how often it came again' }, `${finding.repeated === finding.tried ? '' : 'flaky '}${finding.repeated}/${finding.tried}`)),
        h('span', { class: 'where' }, h('code', {}, finding.strikes), where, finding.also.length ? `, and ${counted(finding.also.length, 'more point')}` : '')));
    cards.set(finding, node);
    return node;
  }
  function unfold(finding, open) {
    const node = card(finding);
    const shown = node.querySelector(':scope > .body');
    node.firstChild.setAttribute('aria-expanded', String(open));
    node.classList.toggle('current', open && finding.print === state.open);
    if (open && !shown) node.append(body(finding));
    if (!open && shown) shown.remove();
  }

  // --- lists ------------------------------------------------------------------------------------------------------------

  const step = 200;
  function pointTable(list) {
    const rows = h('tbody');
    const more = h('button', { class: 'more', type: 'button', onclick: () => add() });
    let shown = 0;
    const add = () => {
      for (const point of list.slice(shown, shown + step)) {
        const found = point.finding < 0 ? null : data.explorations[point.exploration].findings[point.finding];
        rows.append(h('tr', {}, h('td', {}, badge(point.outcome)), h('td', { class: 'mono' }, point.strikes.map(words).join(' + ')),
          h('td', { class: 'mono' }, point.strikes.map(each => `${each.where || ''} ${each.id}`.trim()).join(' + ')),
          h('td', {}, found ? h('a', { href: `#open=${found.print}` }, point.detail || found.name) : point.detail)));
      }
      shown = Math.min(list.length, shown + step);
      more.hidden = shown === list.length;
      more.textContent = `Show ${Math.min(step, list.length - shown)} more of ${counted(list.length - shown, 'point')}`;
    };
    add();
    return h('div', { class: 'card' }, h('div', { class: 'scroll' }, h('table', { class: 'list' },
      h('thead', {}, h('tr', {}, ['outcome', 'what failed', 'called from', 'what came of it'].map(name => h('th', {}, name)))), rows)), more);
  }

  // --- a matrix of functions or sites and errors ----------------------------------------------------------------------

  const rank = Object.fromEntries(data.classes.map((each, i) => [each.name, i]));
  const mostRows = 250;
  function matrix(number, bySite) {
    const rows = new Map(), columns = new Map();
    for (const point of points) {
      if (point.exploration !== number || point.strikes.length !== 1) continue;
      const strike = point.strikes[0];
      const name = bySite ? `${strike.fn} ${strike.where || strike.id}` : strike.fn;
      const id = bySite ? strike.site : strike.fn;
      if (!rows.has(id)) rows.set(id, { name, fn: strike.fn, site: strike.id, worst: 99, cells: new Map() });
      const row = rows.get(id);
      if (!row.cells.has(strike.what)) row.cells.set(strike.what, { worst: 99, count: 0, bad: 0, kinds: new Map() });
      const cell = row.cells.get(strike.what);
      const badness = rank[point.outcome];
      ++cell.count;
      if (isFinding(point.outcome)) ++cell.bad;
      cell.kinds.set(point.outcome, (cell.kinds.get(point.outcome) || 0) + 1);
      cell.worst = Math.min(cell.worst, badness);
      row.worst = Math.min(row.worst, badness);
      columns.set(strike.what, Math.min(columns.get(strike.what) ?? 99, badness));
    }
    const names = [...columns.keys()].sort((a, b) => columns.get(a) - columns.get(b) || (a < b ? -1 : 1));
    const all = [...rows.values()].sort((a, b) => a.worst - b.worst || (a.name < b.name ? -1 : 1));
    return h('div', {}, h('div', { class: 'scroll' }, h('table', { class: 'matrix' },
      h('thead', {}, h('tr', {}, h('td'), names.map(name => h('th', { scope: 'col' }, name)))),
      h('tbody', {}, all.slice(0, mostRows).map(row => h('tr', {}, h('th', { scope: 'row', title: row.name }, row.name), names.map(name => {
        const cell = row.cells.get(name);
        if (!cell) return h('td');
        const outcome = data.classes[cell.worst].name;
        const said = [...cell.kinds].sort((a, b) => rank[a[0]] - rank[b[0]]).map(([kind, count]) => `${count} ${kind}`).join(', ');
        return h('td', { class: `k-${kindOf(outcome)}` }, h('button', {
          type: 'button', title: `${row.name} ${name}: ${said}`, 'aria-label': `${row.name} ${name}: ${said}`,
          onclick: () => { change({ show: 'points', q: `${row.fn} ${name}${bySite ? ` ${row.site}` : ''}`, open: '' }); $('bar').scrollIntoView(); },
        }, cell.bad ? h('b', {}, String(cell.bad)) : null, cell.bad === cell.count ? '' : cell.bad ? `/${cell.count}` : String(cell.count)));
      })))))),
    all.length > mostRows ? h('p', { class: 'soft' }, `${counted(all.length - mostRows, 'row')} in which less happened ${all.length - mostRows === 1 ? 'is' : 'are'} left out here; the search finds their points.`) : null,
    h('p', { class: 'legend' }, [['wrong', 'wrong, lost or corrupt'], ['crash', 'crash or abort'], ['hang', 'hang'], ['minor', 'leak, or fails without saying why'], ['clean', 'failed cleanly'], ['sound', 'tolerated'], ['none', 'not reached']]
      .map(([kind, label]) => h('span', {}, h('i', { class: `k-${kind}` }), label))));
  }

  // --- a curve, a time line -----------------------------------------------------------------------------------------------

  function curve(exploration) {
    const total = exploration.points.length, most = exploration.curve.length ? exploration.curve.at(-1)[1] : 0;
    if (total === 0) return null;
    const width = 560, height = 150, left = 34, bottom = 22, top = 10;
    const x = at => left + (width - left - 8) * at / total, y = n => height - bottom - (height - bottom - top) * n / Math.max(most, 1);
    let path = `M${x(0)},${y(0)}`;
    for (const [at, n] of exploration.curve) path += `H${x(at).toFixed(1)}V${y(n).toFixed(1)}`;
    path += `H${x(total)}`;
    const last = most ? exploration.curve.at(-1)[0] : 0;
    const verdict = most === 0 ? `No finding in ${counted(total, 'point')}.`
      : `The last new finding came at point ${last.toLocaleString('en')} of ${total.toLocaleString('en')}${total > last ? `; the ${counted(total - last, 'point')} after it found nothing new` : ''}.`;
    return h('div', {}, h('h2', {}, 'New findings'), h('div', { class: 'card pad' },
      h('svg', { viewBox: `0 0 ${width} ${height}`, width: '100%', role: 'img', 'aria-label': verdict },
        h('path', { class: 'under', d: `${path}V${y(0)}Z` }), h('path', { class: 'curve', d: path }),
        h('line', { class: 'axis', x1: left, x2: width - 8, y1: y(0), y2: y(0) }),
        h('text', { x: left - 6, y: y(most) + 4, 'text-anchor': 'end' }, String(most)), h('text', { x: left - 6, y: y(0) + 4, 'text-anchor': 'end' }, most ? '0' : ''),
        h('text', { x: left, y: height - 6 }, '0'), h('text', { x: width - 8, y: height - 6, 'text-anchor': 'end' }, `${total.toLocaleString('en')} points`)),
      h('p', { class: 'soft' }, verdict, ' Points are counted in a fixed order, everywhere once before anywhere again, so that shards and jobs change nothing.')));
  }
  const hues = ['var(--wrong)', 'var(--accent)', 'var(--sound)', 'var(--crash)', 'var(--hang)', 'var(--clean)', 'var(--minor)'];
  function timeLine(runs) {
    const timed = runs.events.filter(event => event[0] !== null);
    if (timed.length === 0) return null;
    const lanes = [...new Set(timed.map(event => event[1]))], faults = [...new Set(timed.map(event => event[2]))];
    const end = Math.max(...timed.map(event => event[0]), 1e-6);
    const left = 110, width = 1000, lane = 22, height = lanes.length * lane + 24;
    const x = time => left + (width - left - 12) * time / end;
    return h('div', { class: 'card pad' }, h('div', { class: 'scroll' },
      h('svg', { viewBox: `0 0 ${width} ${height}`, width: '100%', style: 'min-width:34rem', role: 'img', 'aria-label': 'When each fault fired, by process and thread' },
        lanes.map((name, i) => h('g', {}, h('line', { class: 'axis', x1: left, x2: width - 12, y1: i * lane + 14, y2: i * lane + 14 }), h('text', { x: left - 8, y: i * lane + 18, 'text-anchor': 'end' }, text(name).slice(-16)))),
        timed.map(([time, thread, fault, fn, what]) => h('rect', { x: (x(time) - 1.5).toFixed(1), y: lanes.indexOf(thread) * lane + 5, width: 3, height: 18, rx: 1.5, fill: hues[faults.indexOf(fault) % hues.length] },
          h('title', {}, `${time.toFixed(6)} s  ${text(fault)}  ${text(fn)}  ${text(what)}`))),
        h('text', { x: left, y: height - 4 }, '0 s'), h('text', { x: width - 12, y: height - 4, 'text-anchor': 'end' }, `${end.toFixed(end < 1 ? 6 : 3)} s`))),
    h('p', { class: 'legend' }, faults.map((fault, i) => h('span', {}, h('i', { style: `background:${hues[i % hues.length]}` }), text(fault)))),
    runs.events_left_out ? h('p', { class: 'soft' }, `${counted(runs.events_left_out, 'more event')} left out here or not kept.`) : null);
  }

  // --- the page -------------------------------------------------------------------------------------------------------------

  const share = (part, whole) => h('dd', {}, h('span', { class: 'share' }, `${part.toLocaleString('en')} of ${whole.toLocaleString('en')}`), h('span', { class: 'bar', 'aria-hidden': 'true' }, h('i', { style: `width:${whole ? Math.min(100, 100 * part / whole) : 0}%` })));
  function table(head, rows) {
    return h('div', { class: 'card scroll' }, h('table', { class: 'list' }, h('thead', {}, h('tr', {}, head.map(name => h('th', { class: name.startsWith('#') ? 'number' : null }, name.replace('#', ''))))),
      h('tbody', {}, rows.map(row => h('tr', {}, row.map((cell, i) => h('td', { class: head[i].startsWith('#') ? 'number' : null }, cell)))))));
  }
  function aboutExploration(exploration, number) {
    const holder = h('div', { class: 'card pad' });
    const toggle = h('span', { class: 'toggle', role: 'group', 'aria-label': 'Rows' });
    const fill = bySite => {
      holder.replaceChildren(matrix(number, bySite));
      toggle.replaceChildren(...[['functions', false], ['sites', true]].map(([label, value]) => h('button', { type: 'button', 'aria-pressed': String(value === bySite), onclick: () => fill(value) }, label)));
    };
    fill(false);
    const cover = exploration.coverage;
    const untried = exploration.sites.filter(site => site[3] === 0);
    return h('section', {},
      data.explorations.length > 1 ? h('h2', { class: 'mono' }, exploration.command) : null,
      exploration.points.length ? [h('h2', {}, 'Calls and errors', toggle), holder] : null,
      h('div', { class: 'columns' }, curve(exploration), h('div', {}, h('h2', {}, 'Coverage'), h('div', { class: 'card pad' }, h('dl', { class: 'facts', style: 'margin:0' },
        h('dt', {}, 'points'), share(exploration.points.length, exploration.known),
        h('dt', {}, 'call sites'), share(cover.sites_tried, cover.sites),
        h('dt', {}, 'sites and errors'), share(cover.pairs_tried, cover.pairs),
        h('dt', {}, 'functions called'), h('dd', {}, String(cover.functions)),
        exploration.stopped.map(why => [h('dt', {}, 'not all was tried'), h('dd', {}, why)]),
        exploration.notes.map(note => [h('dt', {}, 'note'), h('dd', {}, note)]))))),
      exploration.unreached.length || untried.length ? [h('h2', {}, 'What could not be reached'), table(['what', 'why'],
        exploration.unreached.map(([what, why]) => [h('code', {}, text(what)), text(why)]).concat(
          [...new Set(untried.map(site => text(site[0])))].sort().map(name => [h('code', {}, name), 'nothing of what was tried fits it (--try)'])))] : null);
  }
  function aboutRuns(runs) {
    const line = timeLine(runs);
    return h('section', {}, h('h2', {}, 'Faults of the runs'),
      h('p', {}, runs.headline),
      runs.warnings.map(warning => h('p', { class: 'banner' }, warning)),
      table(['fault', 'type', '#matched', '#triggered', 'errors'], runs.faults.map(each => [h('code', {}, each.name), each.type, each.matched.toLocaleString('en'), each.triggered.toLocaleString('en'), each.said])),
      line ? [h('h2', {}, 'When they fired'), line] : null,
      runs.functions.length ? [h('h2', {}, 'Functions'), table(['function', '#calls', '#faults'], runs.functions.map(([name, calls, faults]) => [h('code', {}, text(name)), calls.toLocaleString('en'), faults.toLocaleString('en')]))] : null,
      h('h2', {}, 'Processes'), table(['program', '#pid', 'lineage', 'end', '#seconds', '#calls', '#faults', '#seed'], runs.processes.map(row => row.map((cell, i) => (i === 0 ? h('code', {}, cell) : cell)))));
  }
  function drawHead() {
    const titles = data.explorations.map(each => each.command);
    const title = titles.length ? titles.join(' · ') : 'Runs under faults';
    document.title = `${titles.length ? `${findings.length} found · ` : ''}${title.slice(0, 80)} · Faultline`;
    $('head').append(
      h('div', { class: 'brand' }, h('svg', { viewBox: '0 0 16 16', 'aria-hidden': 'true' }, h('rect', { width: 16, height: 16, rx: 3, fill: 'var(--wrong)' }), h('path', { d: 'M3 11l3-4 2 3 2-6 3 7', fill: 'none', stroke: 'var(--paper)', 'stroke-width': 1.6 })), `Faultline ${data.version}`),
      h('h1', {}, titles.length ? h('code', {}, title) : title),
      ...data.explorations.map(each => h('p', { class: 'soft' }, `${counted(each.findings.length, 'finding')} in ${each.points.length.toLocaleString('en')} of ${counted(each.known, 'point')}: ${each.runs.map(([name, count]) => `${count.toLocaleString('en')} ${data.classes[name].name}`).join(', ')}`)),
      ...data.problems.map(problem => h('p', { class: 'banner' }, `Not in this report: ${problem}`)));
    $('foot').append(h('p', {}, h('kbd', {}, 'n'), ' next finding  ', h('kbd', {}, 'p'), ' previous one  ', h('kbd', {}, '/'), ' search  ', h('kbd', {}, 'Esc'), ' everything again'), h('p', {}, 'Made by ', h('code', {}, 'faultline report --format html'), ' from the records alone: the same records give the same page.'));
    $('bar').hidden = data.explorations.length === 0;
    if ($('bar').hidden) $('bar').style.display = 'none';
  }
  const list = h('section', { id: 'list' });
  let shown = []; // findings, in the order of the page
  function draw() {
    $('search').value = state.q === $('search').value.trim() ? $('search').value : state.q;
    $('counters').replaceChildren(...views.filter(view => !view.rare || view.all.length).map(view => h('button', { type: 'button', 'data-show': view.id, 'aria-pressed': String(view.id === state.show), onclick: () => change({ show: view.id, open: '' }) },
      h('b', {}, sought(view.all).length.toLocaleString('en')), view.label)));
    const view = views.find(each => each.id === state.show);
    const chosen = sought(view.all);
    shown = view.of === findings ? chosen : [];
    const empty = state.q ? `Nothing here matches “${state.q}”.` : view.of === findings ? 'Nothing was found.' : 'None.';
    const children = [h('h2', {}, view.of === findings ? 'Findings' : 'Points')];
    if (chosen.length === 0) children.push(h('p', { class: 'card none' }, empty));
    else if (view.of === points) children.push(pointTable(chosen));
    else for (const finding of chosen) { unfold(finding, finding.print === state.open); children.push(card(finding)); }
    list.replaceChildren(...children);
  }
  function go(by) {
    if (shown.length === 0) return;
    const at = shown.findIndex(each => each.print === state.open);
    const next = shown[at < 0 ? (by > 0 ? 0 : shown.length - 1) : (at + by + shown.length) % shown.length];
    change({ open: next.print });
    card(next).scrollIntoView({ block: 'start' });
    card(next).firstChild.focus({ preventScroll: true });
  }

  readAddress();
  if (location.hash === '' && findings.length) state.open = findings[0].print;
  drawHead();
  if (data.explorations.length) {
    $('main').append(list);
    draw();
  }
  data.explorations.forEach((exploration, number) => $('main').append(aboutExploration(exploration, number)));
  if (data.runs) $('main').append(aboutRuns(data.runs));

  $('search').addEventListener('input', () => change({ q: $('search').value.trim(), open: '' }));
  addEventListener('hashchange', () => {
    readAddress();
    draw();
    const finding = shown.find(each => each.print === state.open);
    if (finding) card(finding).scrollIntoView({ block: 'start' });
  });
  addEventListener('keydown', event => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target === $('search')) {
      if (event.key === 'Escape') { change({ q: '' }); $('search').blur(); }
      return;
    }
    if (event.key === '/') { event.preventDefault(); $('search').focus(); }
    else if (event.key === 'n') go(1);
    else if (event.key === 'p') go(-1);
  });
  addEventListener('beforeprint', () => shown.forEach(finding => unfold(finding, true)));
  addEventListener('afterprint', draw);
})();
