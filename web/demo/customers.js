// The invented customers of the demo. Names, contracts and numbers belong to nobody.

const DAY = 86400000;

function customer(id, name, city, phones, amount, overdueDays, status, extra = {}) {
  return {
    id, name, city, amount, status,
    contract: 'AC-' + String(20480 + Number(id) * 37),
    due: new Date(Date.now() - overdueDays * DAY),
    phones: phones.map(([kind, number]) => ({ kind, number, e164: '+55' + number.replace(/\D/g, '') })),
    history: extra.history || [[2, 'noAnswer'], [9, 'reminder']],
  };
}

export const customers = [
  customer('1', 'Mariana Albuquerque Prado', 'São Paulo, SP', [['mobile', '(11) 98765-0101'], ['work', '(11) 3555-0101']], 1284.5, 37, 'overdue'),
  customer('2', 'João Batista Ferraz', 'Campinas, SP', [['mobile', '(19) 98765-0102']], 472.9, 12, 'overdue', { history: [[1, 'promise'], [5, 'noAnswer']] }),
  customer('3', 'Helena Vasconcelos Lima', 'Rio de Janeiro, RJ', [['mobile', '(21) 98765-0103'], ['home', '(21) 3555-0103']], 3960, 64, 'overdue'),
  customer('4', 'Rafael Nogueira Bastos', 'Belo Horizonte, MG', [['mobile', '(31) 98765-0104']], 815.2, -4, 'agreement', { history: [[3, 'agreement'], [4, 'promise']] }),
  customer('5', 'Sílvia Teixeira Amaral', 'Curitiba, PR', [['mobile', '(41) 98765-0105'], ['home', '(41) 3555-0105']], 229.99, 8, 'overdue'),
  customer('6', 'Comercial Porto Velame Ltda.', 'Salvador, BA', [['work', '(71) 3555-0106'], ['mobile', '(71) 98765-0106']], 12480, 91, 'legal', { history: [[6, 'letter'], [20, 'noAnswer'], [34, 'reminder']] }),
  customer('7', 'Antônio Carlos Meireles', 'São Paulo, SP', [['mobile', '(11) 98765-0107']], 640, -11, 'agreement', { history: [[2, 'agreement']] }),
  customer('8', 'Débora Cavalcanti Reis', 'Recife, PE', [['mobile', '(81) 98765-0108']], 1975.4, 22, 'overdue'),
  customer('9', 'Luiz Fernando Quadros', 'Porto Alegre, RS', [['mobile', '(51) 98765-0109'], ['home', '(51) 3555-0109']], 318.75, 5, 'promise', { history: [[1, 'promise']] }),
  customer('10', 'Beatriz Sampaio Monteiro', 'Fortaleza, CE', [['mobile', '(85) 98765-0110']], 902.1, 45, 'overdue'),
  customer('11', 'Oficina Serra Dourada ME', 'Goiânia, GO', [['work', '(62) 3555-0111']], 5210.6, 58, 'overdue'),
  customer('12', 'Vitória Fontes Arruda', 'São Paulo, SP', [['mobile', '(11) 98765-0112']], 154.3, -2, 'promise', { history: [[3, 'promise'], [8, 'reminder']] }),
];

// phoneOf is the number of a call's other end as the customers' are kept: E.164, else what the PBX wrote when that is a
// number with its area code.
export function phoneOf(remote) {
  const { e164, raw } = remote || {};
  if (e164) return e164;
  const digits = String(raw || '').replace(/\D/g, '');
  return digits.length === 10 || digits.length === 11 ? '+55' + digits : '';
}

export function byPhone(number) {
  const wanted = /^\+/.test(number || '') ? number : phoneOf({ raw: number });
  return wanted ? customers.find((c) => c.phones.some((p) => p.e164 === wanted)) : undefined;
}

export function byId(id) { return customers.find((c) => c.id === id); }

// The answer is in no particular accent or case: people type "silvia" for Sílvia, and numbers any way they like.
export function find(text) {
  const fold = (s) => s.normalize('NFD').replace(/[\u0300-\u036f]/g, '').toLowerCase();
  const wanted = fold(text.trim());
  const digits = text.replace(/\D/g, '');
  if (!wanted) return customers;
  return customers.filter((c) => fold(c.name).includes(wanted) || fold(c.city).includes(wanted) || fold(c.contract).includes(wanted) ||
    (digits.length >= 3 && c.phones.some((p) => p.e164.includes(digits))));
}
