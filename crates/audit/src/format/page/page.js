'use strict';
(() => {
  const words = document.getElementById('words');
  const count = document.getElementById('count');
  const boxes = [...document.querySelectorAll('.filters input[type=checkbox]')];
  const rows = [...document.querySelectorAll('table.sortable tbody tr')].map((row) => ({
    row,
    text: row.textContent.toLowerCase(),
    severity: (row.dataset.severity || '').split(' ').filter(Boolean),
    kind: (row.dataset.kind || '').split(' ').filter(Boolean),
    subject: row.dataset.subject,
  }));
  // What is counted is the first table; the ones after it are filtered along.
  const first = document.querySelector('table.sortable');
  const total = rows.filter(({ row }) => first.contains(row)).length;
  const chips = [...document.querySelectorAll('svg .chip[data-subject]')];

  // A row that has no severity or kind at all is not hidden by them.
  const allows = (chosen, names) => names.length === 0 || names.some((name) => chosen.has(name));

  const filter = () => {
    const wanted = words.value.toLowerCase().split(/\s+/).filter(Boolean);
    const chosen = (what) =>
      new Set(boxes.filter((box) => box.checked).map((box) => box.dataset[what]).filter(Boolean));
    const severities = chosen('severity');
    const kinds = chosen('kind');
    const subjects = new Set();
    let shown = 0;
    for (const { row, text, severity, kind, subject } of rows) {
      const visible =
        allows(severities, severity) && allows(kinds, kind) && wanted.every((word) => text.includes(word));
      row.hidden = !visible;
      if (visible) {
        shown += first.contains(row) ? 1 : 0;
        subjects.add(subject);
      }
    }
    for (const chip of chips) chip.classList.toggle('faded', !subjects.has(chip.dataset.subject));
    count.textContent = `${shown} of ${total} shown`;
  };

  const key = (row, column, numeric) => {
    const cell = row.cells[column];
    const value = cell.dataset.sort ?? cell.textContent;
    return numeric ? Number(value) : value;
  };

  const sort = (heading) => {
    const table = heading.closest('table');
    const column = heading.cellIndex;
    const numeric = heading.matches('.number, .rank');
    // Numbers are asked for largest first.
    const first = numeric ? 'descending' : 'ascending';
    const other = numeric ? 'ascending' : 'descending';
    const order = heading.getAttribute('aria-sort') === first ? other : first;
    const sign = order === 'ascending' ? 1 : -1;
    const body = table.tBodies[0];
    const keyed = [...body.rows].map((row) => [key(row, column, numeric), row]);
    keyed.sort(([a], [b]) => sign * (a > b ? 1 : a < b ? -1 : 0));
    body.append(...keyed.map(([, row]) => row));
    for (const one of heading.parentNode.cells) one.removeAttribute('aria-sort');
    heading.setAttribute('aria-sort', order);
  };

  const pick = (chip) => {
    words.value = words.value === chip.dataset.subject ? '' : chip.dataset.subject;
    filter();
  };

  document.documentElement.classList.add('scripted');
  document.querySelector('.filters').addEventListener('input', filter);
  document.querySelector('.filters').addEventListener('submit', (event) => event.preventDefault());
  for (const heading of document.querySelectorAll('table.sortable th')) {
    heading.addEventListener('click', () => sort(heading));
  }
  for (const chip of chips) {
    chip.addEventListener('click', () => pick(chip));
    chip.addEventListener('keydown', (event) => {
      if (event.key === 'Enter' || event.key === ' ') {
        event.preventDefault();
        pick(chip);
      }
    });
  }
  filter();
})();
