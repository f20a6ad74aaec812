// Numbers that dial, a call bar and screen pops as Vue components.
import { createApp, onUnmounted, ref, shallowRef } from 'vue';
import { connect } from 'ctiagent';

// One connection for the whole page, made outside of any component.
const cti = connect({ client: 'acme-crm/3.2' });

// useCTI answers a ref of the connection's state and the calls, which changes whenever one of them did.
export function useCTI() {
  const now = () => ({ state: cti.state, detail: cti.detail, calls: cti.calls() });
  const desk = shallowRef(now());
  const moved = () => { desk.value = now(); };
  const ends = [cti.on('state', moved), cti.on('change', moved)];
  onUnmounted(() => ends.forEach((end) => end()));
  return desk;
}

export const Phone = {
  props: { number: String },
  setup(props) {
    const problem = ref('');
    const dial = () => {
      problem.value = '';
      cti.dial(props.number).catch((err) => { problem.value = err.message + ' ' + err.hint; });
    };
    return { dial, problem };
  },
  template: `<button type="button" :data-phone="number" @click="dial">{{ number }}</button> <span role="alert">{{ problem }}</span>`,
};

export const CallBar = {
  setup() {
    const verbs = [['answer', 'Atender'], ['hold', 'Espera'], ['resume', 'Retomar'], ['hangup', 'Desligar']];
    return { desk: useCTI(), verbs, pair: () => cti.pair(['observe', 'dial', 'control']) };
  },
  template: `
    <p id="cti-state" role="status">{{ desk.state === 'connected' ? '' : desk.detail.message + ' ' + desk.detail.hint }}</p>
    <button v-if="desk.detail.reason === 'not_paired'" type="button" id="cti-pair" @click="pair">Autorizar esta página</button>
    <ul id="cti-calls">
      <li v-for="call in desk.calls" :key="call.id" :data-state="call.state">
        {{ call.remote?.display || call.remote?.e164 || call.remote?.raw }}
        <template v-for="[verb, text] in verbs"><button v-if="call.can(verb)" type="button" @click="call[verb]()">{{ text }}</button></template>
      </li>
    </ul>`,
};

createApp({
  components: { CallBar, Phone },
  setup() {
    const customer = ref('');
    cti.onPop(async (pop) => {
      const answer = await fetch('/customers?phone=' + encodeURIComponent(pop.call.remote.e164));
      customer.value = answer.ok ? (await answer.json()).name : '';
      return answer.ok;
    });
    return { customer };
  },
  template: `<CallBar /><Phone number="(11) 98765-0101" /><section id="customer">{{ customer }}</section>`,
}).mount('#app');
