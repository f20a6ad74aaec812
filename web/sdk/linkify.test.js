'use strict';
const test = require('node:test');
const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const { find, verdict } = require('./linkify.js');

const texts = (text, label, site) => find(text, label, site).map((f) => f.text);

test('every telephone number of the dial plan is found behind a label, nothing else ever', () => {
  const rows = fs.readFileSync(path.join(__dirname, '../../dialplan/testdata/numbers-br.tsv'), 'utf8').split('\n').slice(1).filter(Boolean).map((l) => l.split('\t'));
  assert.ok(rows.length > 15);
  for (const [number, , kind] of rows) {
    const want = ['mobile', 'fixed', 'tollfree', 'shared'].includes(kind) ? [number] : [];
    assert.deepEqual(texts('Telefone: ' + number), want, number);
    assert.deepEqual(texts(number, 'Fone'), want, number);
  }
});

test('a label decides over what could be anything', () => {
  for (const number of ['11987650101', '1133553434', '33553434', '3355-3434', '98765-0101', '4004-1234']) {
    assert.deepEqual(texts(number), [], number);
    assert.deepEqual(texts(number, 'Telefone'), [number], number);
    assert.deepEqual(texts('WhatsApp ' + number), [number], number);
    for (const label of ['Pedido', 'CPF', 'Conta', 'Protocolo nº', 'Código', 'Factura', 'Cuenta', 'Valor']) {
      assert.deepEqual(texts(number, label), [], label + ' ' + number);
      assert.deepEqual(texts(label + ': ' + number, 'Telefone'), [], label + ': ' + number);
    }
  }
});

test('the last word of a label counts', () => {
  assert.equal(verdict('Pedido e telefone'), 1);
  assert.equal(verdict('Telefone do pedido'), -1);
  assert.equal(verdict('Observações'), 0);
  assert.equal(verdict('telefonema idade'), 0);
});

test('numbers are sure by their shape, or asked about', () => {
  const sure = (text) => find(text).map((f) => f.sure);
  for (const text of ['(11) 98765-0101', '+55 11 3355-3434', '11 98765-0101', '11 3355-3434', '0800 123 4567', '+54 9 11 4321-5678']) assert.deepEqual(sure(text), [true], text);
  for (const text of ['Fone 33553434', 'Tel. 1187654321', 'Ligue 98765-0101']) assert.deepEqual(sure(text), [false], text);
});

test('what is written like something else is no number, whatever stands beside it', () => {
  for (const text of ['123.456.789-09', '12.345.678/0001-95', '01310-100', '01.310-100', '192.168.0.25', '192.168.10.201', '20/11/2026 10:22', '2026-11-20', '20-11-2026 10:22',
    '2019-2024', 'R$ 11 98765-4321', '1.133.553.434', 'R$ 98.765.432,10', '33553434%', '#33553434', 'nº 33553434', 'A33553434', '33553434B', '@33553434',
    '0012345-67.2021.8.26.0100', '120.56874.10-7', '4111 1111 1111 1111 1111']) {
    assert.deepEqual(texts('Telefone ' + text), [], text);
  }
});

test('ten digits in the middle of a sentence are not taken for a number', () => {
  assert.deepEqual(texts('metas 11 2345-2400 pontos'), []);
  assert.deepEqual(texts('safra 11 2023-2024'), []);
  assert.deepEqual(texts('disque 11 2345-2400 agora'), ['11 2345-2400']);
  assert.deepEqual(texts('falei com 11 98765-0101 ontem'), ['11 98765-0101']);
  assert.deepEqual(texts('10 98765-0101'), []);
});

test('several numbers are told apart', () => {
  assert.deepEqual(texts('(11) 98765-0101 (21) 3355-3434'), ['(11) 98765-0101', '(21) 3355-3434']);
  assert.deepEqual(texts('(11) 3355-3434/35'), ['(11) 3355-3434']);
  assert.deepEqual(texts('Tel: 3355-3434/3355-3435'), ['3355-3434', '3355-3435']);
  assert.deepEqual(texts('11 3355-3434, 11 3355-3435'), ['11 3355-3434', '11 3355-3435']);
  assert.deepEqual(texts('+55 11 3355-3434 | +54 9 11 4321-5678'), ['+55 11 3355-3434', '+54 9 11 4321-5678']);
});

test('positions count in the text as the page has it', () => {
  const text = 'Fixo:\u00a0(47)\u00a03322\u20131100\u00a0ramal\u00a02';
  assert.deepEqual(find(text).map((f) => [f.start, f.end, f.text]), [[6, 20, '(47)\u00a03322\u20131100']]);
});

test('a site tells of its own way to write, and where every number is a telephone', () => {
  assert.deepEqual(texts('F-3355.3434 e 33553434', '', { pattern: /3355\.\d{4}/g }), ['3355.3434']);
  assert.deepEqual(texts('33553434 e 123.456.789-09', '', { labelled: true }), ['33553434']);
  assert.deepEqual(texts('529.982.247-25', '', { pattern: /[\d.-]+/g }), []);
});

test('of a long text the beginning is read, whatever it is made of', () => {
  for (const unit of ['1', '(', '+1 ', '11 9', 'tel ', '9'.repeat(16) + ' ', '1-']) assert.deepEqual(texts(unit.repeat(200000 / unit.length)), [], unit);
  assert.equal(texts('(11) 98765-0101 '.repeat(100000)).length, 1250);
});
