// What is shown, which the address says; lists; the page as a whole.
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

const step = 200;
function pointTable(list) {
    const rows = h('tbody');
    const more = h('button', { class: 'more', type: 'button', onclick: () => add() });
    let shown = 0;
    const add = () => {
        for (const point of list.slice(shown, shown + step)) {
            const found = point.finding < 0 ? null : data.explorations[point.exploration].findings[point.finding];
            rows.append(
                h(
                    'tr',
                    {},
                    h('td', {}, badge(point.outcome)),
                    h('td', { class: 'mono' }, point.strikes.map(words).join(' + ')),
                    h(
                        'td',
                        { class: 'mono' },
                        point.strikes.map(each => `${each.where || ''} ${each.id}`.trim()).join(' + '),
                    ),
                    h(
                        'td',
                        {},
                        found ? h('a', { href: `#open=${found.print}` }, point.detail || found.name) : point.detail,
                    ),
                ),
            );
        }
        shown = Math.min(list.length, shown + step);
        more.hidden = shown === list.length;
        more.textContent = `Show ${Math.min(step, list.length - shown)} more of ${counted(list.length - shown, 'point')}`;
    };
    add();
    return h(
        'div',
        { class: 'card' },
        h(
            'div',
            { class: 'scroll' },
            h(
                'table',
                { class: 'list' },
                h(
                    'thead',
                    {},
                    h(
                        'tr',
                        {},
                        ['outcome', 'what failed', 'called from', 'what came of it'].map(name => h('th', {}, name)),
                    ),
                ),
                rows,
            ),
        ),
        more,
    );
}

const share = (part, whole) =>
    h(
        'dd',
        {},
        h('span', { class: 'share' }, `${part.toLocaleString('en')} of ${whole.toLocaleString('en')}`),
        h(
            'span',
            { class: 'bar', 'aria-hidden': 'true' },
            h('i', { style: `width:${whole ? Math.min(100, (100 * part) / whole) : 0}%` }),
        ),
    );
function table(head, rows) {
    return h(
        'div',
        { class: 'card scroll' },
        h(
            'table',
            { class: 'list' },
            h(
                'thead',
                {},
                h(
                    'tr',
                    {},
                    head.map(name => h('th', { class: name.startsWith('#') ? 'number' : null }, name.replace('#', ''))),
                ),
            ),
            h(
                'tbody',
                {},
                rows.map(row =>
                    h(
                        'tr',
                        {},
                        row.map((cell, i) => h('td', { class: head[i].startsWith('#') ? 'number' : null }, cell)),
                    ),
                ),
            ),
        ),
    );
}
function aboutExploration(exploration, number) {
    const holder = h('div', { class: 'card pad' });
    const toggle = h('span', { class: 'toggle', role: 'group', 'aria-label': 'Rows' });
    const fill = bySite => {
        holder.replaceChildren(matrix(number, bySite));
        toggle.replaceChildren(
            ...[
                ['functions', false],
                ['sites', true],
            ].map(([label, value]) =>
                h(
                    'button',
                    { type: 'button', 'aria-pressed': String(value === bySite), onclick: () => fill(value) },
                    label,
                ),
            ),
        );
    };
    fill(false);
    const cover = exploration.coverage;
    const untried = exploration.sites.filter(site => site[3] === 0);
    return h(
        'section',
        {},
        data.explorations.length > 1 ? h('h2', { class: 'mono' }, exploration.command) : null,
        exploration.points.length ? [h('h2', {}, 'Calls and errors', toggle), holder] : null,
        h(
            'div',
            { class: 'columns' },
            curve(exploration),
            h(
                'div',
                {},
                h('h2', {}, 'Coverage'),
                h(
                    'div',
                    { class: 'card pad' },
                    h(
                        'dl',
                        { class: 'facts', style: 'margin:0' },
                        h('dt', {}, 'points'),
                        share(exploration.points.length, exploration.known),
                        h('dt', {}, 'call sites'),
                        share(cover.sites_tried, cover.sites),
                        h('dt', {}, 'sites and errors'),
                        share(cover.pairs_tried, cover.pairs),
                        h('dt', {}, 'functions called'),
                        h('dd', {}, String(cover.functions)),
                        exploration.stopped.map(why => [h('dt', {}, 'not all was tried'), h('dd', {}, why)]),
                        exploration.notes.map(note => [h('dt', {}, 'note'), h('dd', {}, note)]),
                    ),
                ),
            ),
        ),
        exploration.unreached.length || untried.length
            ? [
                  h('h2', {}, 'What could not be reached'),
                  table(
                      ['what', 'why'],
                      exploration.unreached
                          .map(([what, why]) => [h('code', {}, text(what)), text(why)])
                          .concat(
                              [...new Set(untried.map(site => text(site[0])))]
                                  .sort()
                                  .map(name => [h('code', {}, name), 'nothing of what was tried fits it (--try)']),
                          ),
                  ),
              ]
            : null,
    );
}
function aboutRuns(runs) {
    const line = timeLine(runs);
    return h(
        'section',
        {},
        h('h2', {}, 'Faults of the runs'),
        h('p', {}, runs.headline),
        runs.warnings.map(warning => h('p', { class: 'banner' }, warning)),
        table(
            ['fault', 'type', '#matched', '#triggered', 'errors'],
            runs.faults.map(each => [
                h('code', {}, each.name),
                each.type,
                each.matched.toLocaleString('en'),
                each.triggered.toLocaleString('en'),
                each.said,
            ]),
        ),
        line ? [h('h2', {}, 'When they fired'), line] : null,
        runs.functions.length
            ? [
                  h('h2', {}, 'Functions'),
                  table(
                      ['function', '#calls', '#faults'],
                      runs.functions.map(([name, calls, faults]) => [
                          h('code', {}, text(name)),
                          calls.toLocaleString('en'),
                          faults.toLocaleString('en'),
                      ]),
                  ),
              ]
            : null,
        h('h2', {}, 'Processes'),
        table(
            ['program', '#pid', 'lineage', 'end', '#seconds', '#calls', '#faults', '#seed'],
            runs.processes.map(row => row.map((cell, i) => (i === 0 ? h('code', {}, cell) : cell))),
        ),
    );
}
function drawHead() {
    const titles = data.explorations.map(each => each.command);
    const title = titles.length ? titles.join(' · ') : 'Runs under faults';
    document.title = `${titles.length ? `${findings.length} found · ` : ''}${title.slice(0, 80)} · Faultline`;
    $('head').append(
        h(
            'div',
            { class: 'brand' },
            h(
                'svg',
                { viewBox: '0 0 16 16', 'aria-hidden': 'true' },
                h('rect', { width: 16, height: 16, rx: 3, fill: 'var(--wrong)' }),
                h('path', { d: 'M3 11l3-4 2 3 2-6 3 7', fill: 'none', stroke: 'var(--paper)', 'stroke-width': 1.6 }),
            ),
            `Faultline ${data.version}`,
        ),
        h('h1', {}, titles.length ? h('code', {}, title) : title),
        ...data.explorations.map(each =>
            h(
                'p',
                { class: 'soft' },
                `${counted(each.findings.length, 'finding')} in ${each.points.length.toLocaleString('en')} of ${counted(each.known, 'point')}: ${each.runs.map(([name, count]) => `${count.toLocaleString('en')} ${data.classes[name].name}`).join(', ')}`,
            ),
        ),
        ...data.problems.map(problem => h('p', { class: 'banner' }, `Not in this report: ${problem}`)),
    );
    $('foot').append(
        h(
            'p',
            {},
            h('kbd', {}, 'n'),
            ' next finding  ',
            h('kbd', {}, 'p'),
            ' previous one  ',
            h('kbd', {}, '/'),
            ' search  ',
            h('kbd', {}, 'Esc'),
            ' everything again',
        ),
        h(
            'p',
            {},
            'Made by ',
            h('code', {}, 'faultline report --format html'),
            ' from the records alone: the same records give the same page.',
        ),
    );
    $('bar').hidden = data.explorations.length === 0;
    if ($('bar').hidden) $('bar').style.display = 'none';
}
const list = h('section', { id: 'list' });
let shown = []; // findings, in the order of the page
function draw() {
    $('search').value = state.q === $('search').value.trim() ? $('search').value : state.q;
    $('counters').replaceChildren(
        ...views
            .filter(view => !view.rare || view.all.length)
            .map(view =>
                h(
                    'button',
                    {
                        type: 'button',
                        'data-show': view.id,
                        'aria-pressed': String(view.id === state.show),
                        onclick: () => change({ show: view.id, open: '' }),
                    },
                    h('b', {}, sought(view.all).length.toLocaleString('en')),
                    view.label,
                ),
            ),
    );
    const view = views.find(each => each.id === state.show);
    const chosen = sought(view.all);
    shown = view.of === findings ? chosen : [];
    const empty = state.q
        ? `Nothing here matches “${state.q}”.`
        : view.of === findings
          ? 'Nothing was found.'
          : 'None.';
    const children = [h('h2', {}, view.of === findings ? 'Findings' : 'Points')];
    if (chosen.length === 0) children.push(h('p', { class: 'card none' }, empty));
    else if (view.of === points) children.push(pointTable(chosen));
    else
        for (const finding of chosen) {
            unfold(finding, finding.print === state.open);
            children.push(card(finding));
        }
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
        if (event.key === 'Escape') {
            change({ q: '' });
            $('search').blur();
        }
        return;
    }
    if (event.key === '/') {
        event.preventDefault();
        $('search').focus();
    } else if (event.key === 'n') go(1);
    else if (event.key === 'p') go(-1);
});
addEventListener('beforeprint', () => shown.forEach(finding => unfold(finding, true)));
addEventListener('afterprint', draw);
