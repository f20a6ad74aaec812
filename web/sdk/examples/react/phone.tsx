// Numbers that dial, a call bar and screen pops as React components.
import { useEffect, useState, useSyncExternalStore } from 'react';
import { createRoot } from 'react-dom/client';
import { connect, CTIError, type LiveCall, type Pop } from 'ctiagent';

// One connection for the whole page, made outside of any component.
const cti = connect({ client: 'acme-crm/3.2' });

let version = 0;
function subscribe(redraw: () => void) {
  const moved = () => { version++; redraw(); };
  const ends = [cti.on('state', moved), cti.on('change', moved)];
  return () => ends.forEach((end) => end());
}

/** useCTI answers the connection, and draws the component again whenever the desk or the connection changed. */
export function useCTI() {
  useSyncExternalStore(subscribe, () => version);
  return cti;
}

/** usePop handles screen pops while the component is on the page. */
export function usePop(show: (pop: Pop) => Promise<boolean>) {
  useEffect(() => {
    cti.onPop(show);
    return () => cti.onPop(() => false);
  }, [show]);
}

export function Phone({ number }: { number: string }) {
  const [problem, setProblem] = useState('');
  const dial = () => {
    setProblem('');
    cti.dial(number).catch((err: CTIError) => setProblem(err.message + ' ' + err.hint));
  };
  return <><button type="button" data-phone={number} onClick={dial}>{number}</button> <span role="alert">{problem}</span></>;
}

function CallRow({ call }: { call: LiveCall }) {
  return (
    <li data-state={call.state}>
      {call.remote?.display || call.remote?.e164 || call.remote?.raw}{' '}
      {call.can('answer') && <button type="button" onClick={() => call.answer()}>Atender</button>}
      {call.can('hold') && <button type="button" onClick={() => call.hold()}>Espera</button>}
      {call.can('resume') && <button type="button" onClick={() => call.resume()}>Retomar</button>}
      {call.can('hangup') && <button type="button" onClick={() => call.hangup()}>Desligar</button>}
    </li>
  );
}

export function CallBar() {
  const desk = useCTI();
  return (
    <>
      <p id="cti-state" role="status">{desk.state === 'connected' ? '' : desk.detail.message + ' ' + desk.detail.hint}</p>
      {desk.detail.reason === 'not_paired' && <button type="button" id="cti-pair" onClick={() => desk.pair(['observe', 'dial', 'control'])}>Autorizar esta página</button>}
      <ul id="cti-calls">{desk.calls().map((call) => <CallRow key={call.id} call={call} />)}</ul>
    </>
  );
}

async function load(pop: Pop): Promise<string> {
  const answer = await fetch('/customers?phone=' + encodeURIComponent(pop.call?.remote?.e164 ?? ''));
  return answer.ok ? (await answer.json()).name : '';
}

function App() {
  const [customer, setCustomer] = useState('');
  const [show] = useState(() => async (pop: Pop) => {
    const name = await load(pop);
    setCustomer(name);
    return name !== '';
  });
  usePop(show);
  return (
    <>
      <CallBar />
      <Phone number="(11) 98765-0101" />
      <section id="customer">{customer}</section>
    </>
  );
}

createRoot(document.getElementById('app')!).render(<App />);
