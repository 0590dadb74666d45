// What the page holds, and the small tools that everything is drawn with. Everything that a program printed goes in as
// text, never as markup. The page's scripts are one: data.js, finding.js, figures.js, page.js.
'use strict';

const data = JSON.parse(document.getElementById('data').textContent);
const text = index => data.strings[index];
const $ = id => document.getElementById(id);

function h(tag, attributes, ...children) {
    const svg = ['svg', 'path', 'line', 'rect', 'text', 'g', 'title', 'circle'].includes(tag);
    const node = svg ? document.createElementNS('http://www.w3.org/2000/svg', tag) : document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) {
        if (name === 'onclick') node.addEventListener('click', value);
        else if (value !== null && value !== undefined && value !== false)
            node.setAttribute(name, value === true ? '' : value);
    }
    node.append(...children.flat(Infinity).filter(child => child !== null && child !== undefined));
    return node;
}
const counted = (number, noun) =>
    `${number.toLocaleString('en')} ${noun}${number === 1 ? '' : noun.endsWith('s') ? 'es' : 's'}`;
const kindOf = name =>
    ({
        'silent-wrong': 'wrong',
        corrupt: 'wrong',
        lost: 'wrong',
        'told-wrong': 'wrong',
        'cannot-recover': 'wrong',
        'false-failure': 'wrong',
        crash: 'crash',
        abort: 'crash',
        hang: 'hang',
        leak: 'minor',
        'mute-fail': 'minor',
        'clean-fail': 'clean',
        tolerated: 'sound',
    })[name] || 'none';
const badge = name => h('span', { class: `badge k-${kindOf(name)}` }, name);

// A row of a table of points: class, detail, finding (-1: none), then for each strike: site, what, match, persistence.
const persistences = ['once', 'twice', 'thrice', 'on', 'everywhere'];
function pointOf(row, exploration) {
    const strikes = [];
    for (let at = 3; at + 3 < row.length; at += 4) {
        const [fn, id, where] = exploration.sites[row[at]];
        strikes.push({
            fn: text(fn),
            id: text(id),
            where: text(where),
            what: text(row[at + 1]),
            match: row[at + 2],
            last: persistences[row[at + 3]],
            site: row[at],
        });
    }
    return { outcome: data.classes[row[0]].name, detail: text(row[1]), finding: row[2], strikes };
}
const words = strike =>
    `${strike.fn} ${strike.what}${strike.match === 1 ? '' : `, match ${strike.match}`}${strike.last === 'once' ? '' : `, ${strike.last}`}`;
const frameWords = ([fn, place, at]) => [fn, place, at].map(text).join(' ');

const findings = [],
    points = [];
data.explorations.forEach((exploration, number) => {
    for (const finding of exploration.findings) {
        const crash = finding.crash;
        finding.exploration = number;
        finding.seek = [
            finding.class,
            finding.detail,
            finding.key,
            finding.print,
            finding.strikes,
            finding.known ? 'known' : 'new',
            finding.repeated === finding.tried ? '' : 'flaky',
            ...finding.also.map(text),
            ...finding.facts.flat().map(text),
            ...finding.stack.map(frameWords),
            crash ? crash.signal : '',
            crash ? crash.program : '',
            ...(crash ? crash.stack.map(frameWords) : []),
            text(finding.out),
            text(finding.err),
        ]
            .join('\n')
            .toLowerCase();
        findings.push(finding);
    }
    for (const row of exploration.points) {
        const point = pointOf(row, exploration);
        point.exploration = number;
        point.seek = [point.outcome, point.detail, ...point.strikes.flatMap(each => [words(each), each.id, each.where])]
            .join('\n')
            .toLowerCase();
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
    {
        id: 'absorbed',
        label: 'absorbed',
        of: points,
        takes: each => isFinding(each.outcome) && each.finding < 0,
        rare: true,
    },
    { id: 'points', label: 'all points', of: points, takes: () => true },
];
for (const view of views) view.all = view.of.filter(view.takes);
