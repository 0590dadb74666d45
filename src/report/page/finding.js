// One finding: its card, and what stands in it once it is unfolded.
function copyable(line) {
    const code = h('pre', {}, line);
    const button = h(
        'button',
        {
            type: 'button',
            onclick: async () => {
                let copied = true;
                try {
                    await navigator.clipboard.writeText(line);
                } catch {
                    const range = document.createRange();
                    range.selectNodeContents(code);
                    getSelection().removeAllRanges();
                    getSelection().addRange(range);
                    copied = document.execCommand('copy');
                }
                button.textContent = copied ? 'Copied' : 'Select it';
                $('said').textContent = copied ? 'Copied' : 'It could not be copied';
                setTimeout(() => {
                    button.textContent = 'Copy';
                }, 1500);
            },
        },
        'Copy',
    );
    return h('div', { class: 'copy' }, code, button);
}
function stack(frames) {
    let own = false;
    return h(
        'ol',
        { class: 'stack' },
        frames.map(([fn, place, at, runtime]) => {
            const first = !own && !runtime;
            own = own || !runtime;
            const rest = [brief(text(place)), text(fn) ? brief(text(at)) : ''].filter(Boolean).join('  ');
            return h(
                'li',
                { class: first ? 'own' : runtime ? 'runtime' : null, title: `${text(place)} ${text(at)}`.trim() },
                text(fn) || brief(text(at)),
                rest ? h('span', { class: 'at' }, `  ${rest}`) : null,
            );
        }),
    );
}
/// The longest common subsequence of lines; nothing where that would take too long.
function difference(before, after) {
    let head = 0,
        tail = 0;
    while (head < before.length && head < after.length && before[head] === after[head]) ++head;
    while (
        tail < before.length - head &&
        tail < after.length - head &&
        before[before.length - 1 - tail] === after[after.length - 1 - tail]
    )
        ++tail;
    const a = before.slice(head, before.length - tail),
        b = after.slice(head, after.length - tail);
    if (a.length * b.length > 1e6) return null;
    const length = Array.from({ length: a.length + 1 }, () => new Uint32Array(b.length + 1));
    for (let i = a.length - 1; i >= 0; --i)
        for (let j = b.length - 1; j >= 0; --j)
            length[i][j] = a[i] === b[j] ? length[i + 1][j + 1] + 1 : Math.max(length[i + 1][j], length[i][j + 1]);
    const lines = before.slice(0, head).map(line => [' ', line]);
    for (let i = 0, j = 0; i < a.length || j < b.length;) {
        if (i < a.length && j < b.length && a[i] === b[j]) {
            lines.push([' ', a[i]]);
            ++i;
            ++j;
        } else if (j === b.length || (i < a.length && length[i + 1][j] >= length[i][j + 1])) lines.push(['-', a[i++]]);
        else lines.push(['+', b[j++]]);
    }
    return lines.concat(before.slice(before.length - tail).map(line => [' ', line]));
}
function outputs(title, before, after) {
    if (before === after)
        return h(
            'div',
            {},
            h('h3', {}, title),
            after === ''
                ? h('p', { class: 'soft' }, 'Nothing, as without faults.')
                : [h('p', { class: 'soft' }, 'The same as without faults:'), h('pre', {}, after)],
        );
    const split = whole => (whole === '' ? [] : whole.replace(/\n$/, '').split('\n'));
    const lines = difference(split(before), split(after));
    if (lines === null) return h('div', {}, h('h3', {}, title), h('pre', {}, after));
    const near = lines.map((_, i) => lines.slice(Math.max(0, i - 3), i + 4).some(line => line[0] !== ' '));
    const shown = [];
    lines.forEach(([sign, line], i) => {
        if (near[i])
            shown.push(h('span', { class: sign === '+' ? 'add' : sign === '-' ? 'del' : null }, `${sign} ${line}`));
        else if (i === 0 || near[i - 1]) shown.push(h('span', { class: 'gap' }, '  …'));
    });
    if (!lines.some(line => line[0] !== ' '))
        shown.push(h('span', { class: 'gap' }, '  They differ in the last line break alone.'));
    return h(
        'div',
        {},
        h('h3', {}, title),
        h('p', { class: 'soft' }, '− without faults   + under the fault'),
        h('pre', { class: 'diff' }, shown),
    );
}
function body(finding) {
    const exploration = data.explorations[finding.exploration];
    const info = data.classes.find(each => each.name === finding.class);
    const also = finding.also.map(text);
    const facts = h(
        'dl',
        { class: 'facts' },
        h('dt', {}, 'what was done'),
        h('dd', {}, h('code', {}, finding.strikes)),
        h('dt', {}, 'stability'),
        h('dd', {}, `seen in ${finding.repeated} of ${counted(finding.tried, 'run')}`),
        h('dt', {}, 'status'),
        h('dd', {}, finding.known ? 'known already' : 'new'),
        h('dt', {}, 'key'),
        h('dd', {}, h('code', {}, finding.key)),
        finding.facts.map(([name, said]) => [h('dt', {}, text(name)), h('dd', {}, text(said))]),
        also.length
            ? [
                  h('dt', {}, 'also by'),
                  h(
                      'dd',
                      {},
                      h(
                          'details',
                          {},
                          h('summary', {}, counted(also.length, 'more point')),
                          h('pre', {}, also.join('\n')),
                      ),
                  ),
              ]
            : [],
    );
    return h(
        'div',
        { class: 'body' },
        h('p', {}, info.meaning, ' ', h('span', { class: 'soft' }, info.advice)),
        finding.repro ? [h('h3', {}, 'Repeat it'), copyable(finding.repro)] : null,
        h(
            'div',
            { class: 'columns' },
            finding.stack.length ? h('div', {}, h('h3', {}, 'Where the call was struck'), stack(finding.stack)) : null,
            finding.crash
                ? h(
                      'div',
                      {},
                      h('h3', {}, `Where ${brief(finding.crash.program)} was killed, by ${finding.crash.signal}`),
                      stack(finding.crash.stack),
                  )
                : h('div', {}, h('h3', {}, 'About it'), facts),
        ),
        finding.facts.length // of a disk and not of a run, which would have outputs
            ? null
            : h(
                  'div',
                  { class: 'columns' },
                  outputs('Standard output', text(exploration.out), text(finding.out)),
                  outputs('Standard error', text(exploration.err), text(finding.err)),
              ),
        finding.crash ? [h('h3', {}, 'About it'), facts] : null,
        finding.plan ? [h('h3', {}, 'Smallest plan'), copyable(finding.plan)] : null,
    );
}
const cards = new Map();
function card(finding) {
    if (cards.has(finding)) return cards.get(finding);
    const place = finding.stack.find(frame => !frame[3]) || finding.stack[0];
    const where = place
        ? `, called from ${[text(place[0]) || brief(text(place[2])), brief(text(place[1]))].filter(Boolean).join(' at ')}`
        : '';
    const node = h(
        'article',
        { class: 'card finding', id: `f-${finding.print}` },
        h(
            'button',
            {
                type: 'button',
                'aria-expanded': 'false',
                onclick: () => change({ open: state.open === finding.print ? '' : finding.print }),
            },
            badge(finding.class),
            h(
                'span',
                { class: 'what' },
                finding.detail || data.classes.find(each => each.name === finding.class).meaning,
            ),
            h(
                'span',
                { class: 'marks' },
                h('span', { class: finding.known ? 'mark' : 'mark new' }, finding.known ? 'known' : 'new'),
                h(
                    'span',
                    {
                        class: finding.repeated === finding.tried ? 'mark' : 'mark flaky',
                        title: 'how often it came again',
                    },
                    `${finding.repeated === finding.tried ? '' : 'flaky '}${finding.repeated}/${finding.tried}`,
                ),
            ),
            h(
                'span',
                { class: 'where' },
                h('code', {}, finding.strikes),
                where,
                finding.also.length ? `, and ${counted(finding.also.length, 'more point')}` : '',
            ),
        ),
    );
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
