// Generated from the OpenRPC description of the local API; go generate ./cmd/ctiagent writes it.

export as namespace CTIAgent;

export type State = 'connecting' | 'connected' | 'blocked' | 'absent' | 'unpaired' | 'incompatible' | 'closed';
export type Scope = 'observe' | 'dial' | 'control';
export type EventName = 'call.dialing' | 'call.ringing' | 'call.connected' | 'call.held' | 'call.resumed' | 'call.transferred' | 'call.ended' | 'call.updated' | 'call.preview' | 'callback.due' | 'agent.changed' | 'driver.changed' | 'outbox.changed';
export type CallEventName = 'call.dialing' | 'call.ringing' | 'call.connected' | 'call.held' | 'call.resumed' | 'call.transferred' | 'call.ended' | 'call.updated';
export type CallState = NonNullable<Call['state']>;
export type AgentState = NonNullable<Agent['state']>;

export interface Options {
  /** Who you are, name/version. */
  client?: string;
  port?: number;
  /** The whole address, in place of port. */
  url?: string;
  /** For pages the program itself serves. */
  sameOrigin?: boolean;
  /** pt-BR, es or en. */
  language?: string;
  /** false: requests only, no events. */
  watch?: boolean;
  /** false: do not tell which tab the person looks at. */
  focus?: boolean;
  ticket?: string;
}

export interface Detail {
  state: State;
  reason: string;
  message: string;
  hint: string;
  error: unknown;
}

export interface View {
  epoch: string | null;
  seq: number;
  agent: Agent | null;
  calls: Record<string, Call>;
  drivers: DriverState[];
  recent: Call[];
}

/** Which way to ctiagent works for a page, and why a better one does not. */
export interface Diagnosis {
  works: boolean;
  rung: 'socket' | 'post' | 'link' | 'none';
  state: State;
  reason: string;
  permission: 'granted' | 'prompt' | 'denied' | 'unknown';
  page: { secure: boolean; address: 'loopback' | 'private' | 'other'; framed: boolean; delegated: boolean };
  message: string;
  hint: string;
}

export class CTIError extends Error {
  code: number;
  kind: string;
  hint: string;
  /** The vendor's own wording. */
  text: string;
  driver: string;
  op: string;
  retryable: boolean;
  /** false: nothing left this page. */
  sent: boolean;
  requestId?: string;
  data?: ErrorData;
}
export { CTIError as Error };

export interface RequestOptions {
  timeoutSeconds?: number;
  onProgress?: (progress: { done: number; total: number }) => void;
}
export type Callback<R> = (err: CTIError | null, result: R) => void;
export interface Request<R> extends Promise<R> {
  id: number;
  /** The request then fails with kind canceled. */
  cancel(): void;
}

type Rest<P, R> = {} extends P
  ? [more?: P, options?: RequestOptions] | [cb: Callback<R>] | [more: P | undefined, cb: Callback<R>] | [more: P | undefined, options: RequestOptions | undefined, cb: Callback<R>]
  : [more: P, options?: RequestOptions] | [more: P, cb: Callback<R>] | [more: P, options: RequestOptions | undefined, cb: Callback<R>];
type Unsubscribe = () => void;

/** A call that is under way: its fields follow it. */
export interface LiveCall extends Call {
  can(verb: string): boolean;
  on(name: 'change' | CallState, fn: (call: LiveCall) => void): Unsubscribe;
  off(name: 'change' | CallState, fn: (call: LiveCall) => void): void;
  /** Answer a ringing call */
  answer(...rest: Rest<None, Call>): Request<Call>;
  /** Cancel an attended transfer and go back to the call */
  cancelTransfer(...rest: Rest<None, Call>): Request<Call>;
  /** Complete an attended transfer */
  completeTransfer(...rest: Rest<None, Call>): Request<Call>;
  /** Join both calls of an attended transfer */
  conference(...rest: Rest<None, Call>): Request<Call>;
  /** Hang up */
  hangup(...rest: Rest<None, Call>): Request<Call>;
  /** Put a call on hold */
  hold(...rest: Rest<None, Call>): Request<Call>;
  /** Mute the agent */
  mute(...rest: Rest<None, Call>): Request<Call>;
  /** Reject a ringing call */
  reject(...rest: Rest<None, Call>): Request<Call>;
  /** Take a call off hold */
  resume(...rest: Rest<None, Call>): Request<Call>;
  /** Send tones */
  sendDtmf(digits: string, ...rest: Rest<None, Call>): Request<Call>;
  sendDtmf(...rest: Rest<{ digits: string }, Call>): Request<Call>;
  /** File the outcome of a call */
  setDisposition(code: string | string[], ...rest: Rest<{ levels?: string[]; note?: string; callbackAt?: string; callbackNumber?: string }, Stored>): Request<Stored>;
  setDisposition(...rest: Rest<{ code?: string; levels?: string[]; note?: string; callbackAt?: string; callbackNumber?: string }, Stored>): Request<Stored>;
  /** Start recording */
  startRecording(...rest: Rest<None, Call>): Request<Call>;
  /** Stop recording */
  stopRecording(...rest: Rest<None, Call>): Request<Call>;
  /** Keep a text with a call */
  tag(text: string, ...rest: Rest<None, Stored>): Request<Stored>;
  tag(...rest: Rest<{ text: string }, Stored>): Request<Stored>;
  /** Toggle hold where the phone cannot tell its state */
  toggleHold(...rest: Rest<None, Call>): Request<Call>;
  /** Toggle mute where the phone cannot tell its state */
  toggleMute(...rest: Rest<None, Call>): Request<Call>;
  /** Transfer a call, blind or attended */
  transfer(to: string, ...rest: Rest<{ mode?: 'blind' | 'attended' }, Call>): Request<Call>;
  transfer(...rest: Rest<{ to: string; mode?: 'blind' | 'attended' }, Call>): Request<Call>;
  /** Unmute the agent */
  unmute(...rest: Rest<None, Call>): Request<Call>;
}

/** The agent of the desk: the fields follow, and are missing until the first snapshot. */
export interface LiveAgent extends Partial<Agent> {
  can(verb: string): boolean;
  on(name: 'change' | AgentState, fn: (me: LiveAgent) => void): Unsubscribe;
  off(name: 'change' | AgentState, fn: (me: LiveAgent) => void): void;
  /** Log the agent in */
  login(agent: string, ...rest: Rest<{ extension?: string; password?: string; campaign?: string; remember?: 'yes' | 'no' }, LoginResult>): Request<LoginResult>;
  login(...rest: Rest<{ agent?: string; extension?: string; password?: string; campaign?: string; remember?: 'yes' | 'no' }, LoginResult>): Request<LoginResult>;
  /** Log the agent out */
  logout(...rest: Rest<None, LoginResult>): Request<LoginResult>;
  /** Pause the agent */
  pause(reason: string, ...rest: Rest<{ note?: string; when?: 'now' | 'afterCall' }, AgentAnswer>): Request<AgentAnswer>;
  pause(...rest: Rest<{ reason?: string; note?: string; when?: 'now' | 'afterCall' }, AgentAnswer>): Request<AgentAnswer>;
  /** List the reasons for a pause */
  pauseReasons(...rest: Rest<None, PauseReason[]>): Request<PauseReason[]>;
  /** End the agent's pause */
  unpause(...rest: Rest<None, AgentAnswer>): Request<AgentAnswer>;
}

export interface Client {
  readonly state: State;
  readonly detail: Detail;
  readonly view: View;
  readonly info: Partial<HelloOut>;
  readonly me: LiveAgent;
  agent: AgentVerbs;
  blacklist: BlacklistVerbs;
  call: CallVerbs;
  callback: CallbackVerbs;
  campaign: CampaignVerbs;
  contact: ContactVerbs;
  desk: DeskVerbs;
  directory: DirectoryVerbs;
  functions: FunctionsVerbs;
  history: HistoryVerbs;
  number: NumberVerbs;
  page: PageVerbs;
  queue: QueueVerbs;
  recording: RecordingVerbs;
  report: ReportVerbs;
  rpc: RpcVerbs;
  server: ServerVerbs;
  session: SessionVerbs;
  softphone: SoftphoneVerbs;
  stream: StreamVerbs;

  on(name: 'state', fn: (state: State, detail: Detail) => void): Unsubscribe;
  on(name: 'change', fn: (view: View) => void): Unsubscribe;
  on(name: 'snapshot', fn: (view: View, how: { reset: boolean }) => void): Unsubscribe;
  on(name: CallEventName, fn: (event: DeskEvent & { call: Call }) => void): Unsubscribe;
  on(name: EventName | 'event' | 'call' | 'agent' | 'driver' | 'callback', fn: (event: DeskEvent) => void): Unsubscribe;
  off(name: string, fn: (...args: any[]) => void): void;

  /** The one handler of screen pops: answer true when this page shows the customer, at once or later. */
  onPop(fn: (pop: Pop, answer: (shown: boolean) => void) => boolean | Promise<boolean> | void): void;
  /** Asks the person at the desk to allow this page. */
  pair(scopes?: Scope[], cb?: Callback<PairOut>): Request<PairOut>;
  ready(cb?: Callback<View>): Promise<View>;
  diagnose(cb?: Callback<Diagnosis>): Promise<Diagnosis>;
  retry(): void;
  close(): void;
  setLanguage(language: string): void;

  /** call.dial that answers the object which follows the call. */
  dial(number: string, ...rest: Rest<{ campaign?: string; callerId?: string; data?: Record<string, string>; requestId?: string }, LiveCall>): Request<LiveCall>;
  /** The object of a call; null for one the desk does not know. */
  follow(call: string): LiveCall | null;
  follow(call: Call): LiveCall;
  calls(): LiveCall[];

  request<R = unknown>(method: string, params?: object, options?: RequestOptions, cb?: Callback<R>): Request<R>;
  cancel(id: number): void;
}

export function connect(options?: Options): Client;
export function diagnose(options?: Options, cb?: Callback<Diagnosis>): Promise<Diagnosis>;
export const METHODS: string[];
export const EVENTS: EventName[];
export const STATES: State[];
export const PROTOCOL: number;

export interface AgentVerbs {
  /** Log the agent in */
  login(agent: string, ...rest: Rest<{ extension?: string; password?: string; campaign?: string; remember?: 'yes' | 'no' }, LoginResult>): Request<LoginResult>;
  login(...rest: Rest<{ agent?: string; extension?: string; password?: string; campaign?: string; remember?: 'yes' | 'no' }, LoginResult>): Request<LoginResult>;
  /** Log the agent out */
  logout(...rest: Rest<None, LoginResult>): Request<LoginResult>;
  /** Pause the agent */
  pause(reason: string, ...rest: Rest<{ note?: string; when?: 'now' | 'afterCall' }, AgentAnswer>): Request<AgentAnswer>;
  pause(...rest: Rest<{ reason?: string; note?: string; when?: 'now' | 'afterCall' }, AgentAnswer>): Request<AgentAnswer>;
  /** List the reasons for a pause */
  pauseReasons(...rest: Rest<None, PauseReason[]>): Request<PauseReason[]>;
  /** Ask how the agent stands */
  state(...rest: Rest<None, Agent>): Request<Agent>;
  /** End the agent's pause */
  unpause(...rest: Rest<None, AgentAnswer>): Request<AgentAnswer>;
}

export interface BlacklistVerbs {
  /** Put a number on the black list */
  add(number: string, ...rest: Rest<{ list?: string }, ID>): Request<ID>;
  add(...rest: Rest<{ number: string; list?: string }, ID>): Request<ID>;
  /** Take a number off the black list */
  remove(number: string, ...rest: Rest<{ list?: string }, ID>): Request<ID>;
  remove(...rest: Rest<{ number: string; list?: string }, ID>): Request<ID>;
}

export interface CallVerbs {
  /** Answer a ringing call */
  answer(call: string, ...rest: Rest<None, Call>): Request<Call>;
  answer(...rest: Rest<{ call?: string }, Call>): Request<Call>;
  /** Cancel an attended transfer and go back to the call */
  cancelTransfer(call: string, ...rest: Rest<None, Call>): Request<Call>;
  cancelTransfer(...rest: Rest<{ call?: string }, Call>): Request<Call>;
  /** Complete an attended transfer */
  completeTransfer(call: string, ...rest: Rest<None, Call>): Request<Call>;
  completeTransfer(...rest: Rest<{ call?: string }, Call>): Request<Call>;
  /** Join both calls of an attended transfer */
  conference(call: string, ...rest: Rest<None, Call>): Request<Call>;
  conference(...rest: Rest<{ call?: string }, Call>): Request<Call>;
  /** Dial a number */
  dial(number: string, ...rest: Rest<{ campaign?: string; callerId?: string; data?: Record<string, string>; requestId?: string }, Call>): Request<Call>;
  dial(...rest: Rest<{ number: string; campaign?: string; callerId?: string; data?: Record<string, string>; requestId?: string }, Call>): Request<Call>;
  /** Hang up */
  hangup(call: string, ...rest: Rest<None, Call>): Request<Call>;
  hangup(...rest: Rest<{ call?: string }, Call>): Request<Call>;
  /** Put a call on hold */
  hold(call: string, ...rest: Rest<None, Call>): Request<Call>;
  hold(...rest: Rest<{ call?: string }, Call>): Request<Call>;
  /** Mute the agent */
  mute(call: string, ...rest: Rest<None, Call>): Request<Call>;
  mute(...rest: Rest<{ call?: string }, Call>): Request<Call>;
  /** Pick up a call ringing in the pickup group */
  pickup(...rest: Rest<None, Call>): Request<Call>;
  /** Dial the last number again */
  redial(...rest: Rest<None, Call>): Request<Call>;
  /** Reject a ringing call */
  reject(call: string, ...rest: Rest<None, Call>): Request<Call>;
  reject(...rest: Rest<{ call?: string }, Call>): Request<Call>;
  /** Take a call off hold */
  resume(call: string, ...rest: Rest<None, Call>): Request<Call>;
  resume(...rest: Rest<{ call?: string }, Call>): Request<Call>;
  /** Send tones */
  sendDtmf(digits: string, ...rest: Rest<{ call?: string }, Call>): Request<Call>;
  sendDtmf(...rest: Rest<{ call?: string; digits: string }, Call>): Request<Call>;
  /** File the outcome of a call */
  setDisposition(code: string | string[], ...rest: Rest<{ call?: string; levels?: string[]; note?: string; callbackAt?: string; callbackNumber?: string }, Stored>): Request<Stored>;
  setDisposition(...rest: Rest<{ call?: string; code?: string; levels?: string[]; note?: string; callbackAt?: string; callbackNumber?: string }, Stored>): Request<Stored>;
  /** Start recording */
  startRecording(call: string, ...rest: Rest<None, Call>): Request<Call>;
  startRecording(...rest: Rest<{ call?: string }, Call>): Request<Call>;
  /** Stop recording */
  stopRecording(call: string, ...rest: Rest<None, Call>): Request<Call>;
  stopRecording(...rest: Rest<{ call?: string }, Call>): Request<Call>;
  /** Keep a text with a call */
  tag(text: string, ...rest: Rest<{ call?: string }, Stored>): Request<Stored>;
  tag(...rest: Rest<{ call?: string; text: string }, Stored>): Request<Stored>;
  /** Toggle hold where the phone cannot tell its state */
  toggleHold(call: string, ...rest: Rest<None, Call>): Request<Call>;
  toggleHold(...rest: Rest<{ call?: string }, Call>): Request<Call>;
  /** Toggle mute where the phone cannot tell its state */
  toggleMute(call: string, ...rest: Rest<None, Call>): Request<Call>;
  toggleMute(...rest: Rest<{ call?: string }, Call>): Request<Call>;
  /** Transfer a call, blind or attended */
  transfer(to: string, ...rest: Rest<{ call?: string; mode?: 'blind' | 'attended' }, Call>): Request<Call>;
  transfer(...rest: Rest<{ call?: string; to: string; mode?: 'blind' | 'attended' }, Call>): Request<Call>;
  /** Unmute the agent */
  unmute(call: string, ...rest: Rest<None, Call>): Request<Call>;
  unmute(...rest: Rest<{ call?: string }, Call>): Request<Call>;
}

export interface CallbackVerbs {
  /** Promise a customer a call */
  schedule(number: string, at: string, ...rest: Rest<{ campaign?: string; contact?: string; note?: string }, CallbackAnswer>): Request<CallbackAnswer>;
  schedule(number: string, ...rest: Rest<{ at: string; campaign?: string; contact?: string; note?: string }, CallbackAnswer>): Request<CallbackAnswer>;
  schedule(...rest: Rest<{ number: string; at: string; campaign?: string; contact?: string; note?: string }, CallbackAnswer>): Request<CallbackAnswer>;
}

export interface CampaignVerbs {
  /** List the campaigns */
  list(...rest: Rest<None, Campaign[]>): Request<Campaign[]>;
  /** Switch a campaign on or off */
  setActive(...rest: Rest<{ campaign: string; active: boolean }, Campaign>): Request<Campaign>;
}

export interface ContactVerbs {
  /** Add a contact to a campaign */
  add(...rest: Rest<{ id?: string; campaign?: string; name?: string; numbers?: string[]; parameters?: Record<string, string> }, ID>): Request<ID>;
  /** Remove a contact from a campaign */
  remove(...rest: Rest<{ id?: string; campaign?: string; name?: string; numbers?: string[]; parameters?: Record<string, string> }, ID>): Request<ID>;
  /** Change a contact of a campaign */
  update(...rest: Rest<{ id?: string; campaign?: string; name?: string; numbers?: string[]; parameters?: Record<string, string> }, ID>): Request<ID>;
}

export interface DeskVerbs {
  /** Ask, right before showing a screen pop, whether it is still to be shown here */
  claimPop(claim: string, ...rest: Rest<None, ClaimPopOut>): Request<ClaimPopOut>;
  claimPop(...rest: Rest<{ claim: string }, ClaimPopOut>): Request<ClaimPopOut>;
  /** Take a snapshot */
  snapshot(...rest: Rest<None, DeskState>): Request<DeskState>;
  /** End the events */
  unwatch(...rest: Rest<None, None>): Request<None>;
  /** Take a snapshot and then every event */
  watch(...rest: Rest<{ epoch?: string; after?: number }, WatchOut>): Request<WatchOut>;
}

export interface DirectoryVerbs {
  /** List people and extensions */
  list(...rest: Rest<None, DirectoryEntry[]>): Request<DirectoryEntry[]>;
}

export interface FunctionsVerbs {
  /** Call a vendor's own function */
  invoke(name: string, params: unknown, ...rest: Rest<None, unknown>): Request<unknown>;
  invoke(name: string, ...rest: Rest<{ params?: unknown }, unknown>): Request<unknown>;
  invoke(...rest: Rest<{ name: string; params?: unknown }, unknown>): Request<unknown>;
  /** List the functions of the configured drivers */
  list(vendor: string, ...rest: Rest<None, FunctionInfo[]>): Request<FunctionInfo[]>;
  list(...rest: Rest<{ vendor?: string }, FunctionInfo[]>): Request<FunctionInfo[]>;
}

export interface HistoryVerbs {
  /** List calls that have ended */
  list(...rest: Rest<{ from?: string; to?: string; number?: string; limit?: number; cursor?: string }, HistoryOut>): Request<HistoryOut>;
}

export interface NumberVerbs {
  /** Explain what a text means as a number */
  explain(text: string, ...rest: Rest<{ forDriver?: string }, Explanation>): Request<Explanation>;
  explain(...rest: Rest<{ text?: string; forDriver?: string }, Explanation>): Request<Explanation>;
}

export interface PageVerbs {
  /** Tell whether the person looks at this page */
  focus(visible: boolean, focused: boolean, ...rest: Rest<None, None>): Request<None>;
  focus(visible: boolean, ...rest: Rest<{ focused?: boolean }, None>): Request<None>;
  focus(...rest: Rest<{ visible?: boolean; focused?: boolean }, None>): Request<None>;
}

export interface QueueVerbs {
  /** List the queues */
  list(...rest: Rest<None, Queue[]>): Request<Queue[]>;
  /** Tell who waits in a queue */
  status(...rest: Rest<{ queue: string }, QueueStatus>): Request<QueueStatus>;
}

export interface RecordingVerbs {
  /** Fetch a recording */
  get(...rest: Rest<{ call?: string; recording?: string; part?: number }, StreamOut>): Request<StreamOut>;
}

export interface ReportVerbs {
  /** List calls of the past */
  calls(...rest: Rest<{ from?: string; to?: string; campaign?: string; number?: string; limit?: number }, StreamOut>): Request<StreamOut>;
}

export interface RpcVerbs {
  /** Cancel a request */
  cancel(id: unknown, ...rest: Rest<None, None>): Request<None>;
  cancel(...rest: Rest<{ id: unknown }, None>): Request<None>;
  /** Describe every method */
  discover(...rest: Rest<None, unknown>): Request<unknown>;
}

export interface ServerVerbs {
  /** Tell how the vendor's servers are */
  status(...rest: Rest<None, ServerStatus[]>): Request<ServerStatus[]>;
}

export interface SessionVerbs {
  /** Greet the service and learn what it can do */
  hello(...rest: Rest<{ client?: string; protocol?: number; language?: string; desk?: string; ticket?: string }, HelloOut>): Request<HelloOut>;
  /** Ask the person at the desk to allow this page */
  pair(scopes: string[], ...rest: Rest<None, PairOut>): Request<PairOut>;
  pair(...rest: Rest<{ scopes?: string[] }, PairOut>): Request<PairOut>;
}

export interface SoftphoneVerbs {
  /** Dial the digits composed so far */
  dial(...rest: Rest<None, None>): Request<None>;
  /** Compose one digit */
  digit(digit: '0' | '1' | '2' | '3' | '4' | '5' | '6' | '7' | '8' | '9' | '*' | '#', ...rest: Rest<None, None>): Request<None>;
  digit(...rest: Rest<{ digit: '0' | '1' | '2' | '3' | '4' | '5' | '6' | '7' | '8' | '9' | '*' | '#' }, None>): Request<None>;
  /** Activate a line */
  line(line: number, ...rest: Rest<None, None>): Request<None>;
  line(...rest: Rest<{ line: number }, None>): Request<None>;
  /** Log out and close the softphone */
  quit(...rest: Rest<None, None>): Request<None>;
  /** Restart the softphone */
  restart(...rest: Rest<None, None>): Request<None>;
  /** Start a transfer at the softphone */
  startTransfer(...rest: Rest<None, None>): Request<None>;
  /** Toggle automatic answer */
  toggleAutoAnswer(...rest: Rest<None, None>): Request<None>;
}

export interface StreamVerbs {
  /** End a stream */
  close(stream: string, ...rest: Rest<None, None>): Request<None>;
  close(...rest: Rest<{ stream: string }, None>): Request<None>;
  /** Read the next pieces of a stream */
  read(stream: string, max: number, ...rest: Rest<None, StreamReadOut>): Request<StreamReadOut>;
  read(stream: string, ...rest: Rest<{ max?: number }, StreamReadOut>): Request<StreamReadOut>;
  read(...rest: Rest<{ stream: string; max?: number }, StreamReadOut>): Request<StreamReadOut>;
  /** Reads a stream to its end; answer false to stop early. Answers how many pieces came. */
  each(stream: string, onPiece: (piece: StreamReadOut) => unknown, cb?: Callback<number>): Promise<number>;
}

export interface Agent {
  /** verbs legal now */
  actions: string[];
  extension?: string;
  /** as the vendor knows this person */
  id?: string;
  name?: string;
  /** the pause's name in the PBX's own words */
  reason?: string;
  since?: string;
  state: 'offline' | 'ready' | 'paused' | 'ringing' | 'on_call' | 'wrapup';
}

export interface AgentAnswer {
  /** verbs legal now */
  actions: string[];
  extension?: string;
  /** as the vendor knows this person */
  id?: string;
  name?: string;
  /** the id of its entry in the outbox, when it is queued */
  outbox?: string;
  /** the pause's name in the PBX's own words */
  reason?: string;
  since?: string;
  state: 'offline' | 'ready' | 'paused' | 'ringing' | 'on_call' | 'wrapup';
}

export interface Call {
  /** verbs legal now */
  actions: string[];
  answeredAt?: string;
  campaign?: string;
  /** the vendor's parameters of the customer */
  contact?: Record<string, string>;
  /** what the page gave to call.dial */
  data?: Record<string, string>;
  direction: 'inbound' | 'outbound' | 'internal';
  endReason?: 'completed' | 'busy' | 'no_answer' | 'canceled' | 'rejected' | 'failed' | 'unknown';
  endedAt?: string;
  from?: string;
  /** ours, stable, a ULID */
  id: string;
  /** the state is concluded, not reported */
  inferred?: boolean;
  /** inbound and ended without an answer */
  missed?: boolean;
  muted: boolean;
  queue?: string;
  recording: boolean;
  /** the vendor's id, once known */
  ref?: string;
  remote?: Remote;
  startedAt?: string;
  state: 'dialing' | 'ringing' | 'connected' | 'held' | 'wrapup' | 'ended';
  to?: string;
  /** the driver that carries the call */
  via?: string;
}

export interface CallbackAnswer {
  /** the id of its entry in the outbox, when it is queued */
  outbox?: string;
  /** the way it took, where the vendor has several */
  via?: string;
}

export interface Campaign {
  active?: boolean;
  id: string;
  name: string;
  progress?: CampaignProgress;
  /** when the vendor was asked */
  readAt?: string;
  /** how it stands in the vendor's own word, where it has more than on and off */
  state?: string;
  /** the way it took, where the vendor has several */
  via?: string;
}

export interface CampaignProgress {
  /** calls that were answered */
  answered?: number;
  /** calls that met a busy line */
  busy?: number;
  /** contacts of whom a number was called at least once */
  called?: number;
  /** the contacts of its lists */
  contacts?: number;
  /** calls being dialled now */
  dialing?: number;
  /** contacts that are called no more */
  finished?: number;
  /** numbers promised a call at some time */
  scheduled?: number;
  /** calls with an agent now */
  talking?: number;
  /** numbers still to call */
  toCall?: number;
  /** calls that nobody answered */
  unanswered?: number;
  /** calls that wait for an agent now */
  waiting?: number;
}

export interface ClaimPopOut {
  /** false: too late, somebody else shows it */
  taken?: boolean;
}

export interface ContactShown {
  campaign?: string;
  contact?: Record<string, string>;
  e164?: string;
  number: string;
}

export interface DeskState {
  agent: Agent;
  calls: Call[];
  drivers: DriverState[];
  /** changes when the service restarts */
  epoch: string;
  outbox?: OutboxCount;
  /** calls that have ended, newest first */
  recent: Call[];
  seq: number;
}

export interface DirectoryEntry {
  extension?: string;
  id?: string;
  name: string;
}

export interface DriverBrief {
  link: string;
  name: string;
  title: string;
}

export interface DriverState {
  /** what is wrong, in the person's language */
  detail?: string;
  link: 'connecting' | 'connected' | 'degraded' | 'disconnected';
  name: string;
  since?: string;
  title: string;
}

export interface ErrorData {
  driver?: string;
  /** one sentence in the person's language: what to do next */
  hint?: string;
  kind: string;
  op?: string;
  retryable: boolean;
  /** whether the wish may have reached the PBX */
  sent?: 'no' | 'unknown' | 'yes';
  /** the vendor's own wording */
  text?: string;
}

export interface DeskEvent {
  agent?: Agent;
  call?: Call;
  contact?: ContactShown;
  driver?: DriverState;
  outbox?: OutboxCount;
  seq: number;
  time: string;
  type: EventName;
}

export interface Explanation {
  areaCode?: string;
  carrier?: string;
  collect?: boolean;
  countryCode?: string;
  dialed: string;
  e164: string;
  extension?: string;
  kind: string;
  national?: string;
  premium?: boolean;
  raw: string;
  reason?: string;
  steps: Step[];
  subscriber?: string;
}

export interface Fared {
  driver: string;
  /** what the driver said, in its own words */
  error?: string;
  kind?: string;
  ok: boolean;
}

export interface FunctionInfo {
  /** the driver serves it now */
  available: boolean;
  effect: 'observe' | 'dial' | 'control' | 'supervise';
  name: string;
  params: Param[];
  /** the vendor document and section */
  source?: string;
  title: string;
  /** the driver's name */
  vendor: string;
}

export interface HelloOut {
  /** the common verbs the desk handles now */
  actions?: string[];
  drivers?: DriverBrief[];
  paired: boolean;
  protocol: number;
  scopes?: string[];
  /** for the control page: good once, within a minute after this connection has ended */
  ticket?: string;
  version: string;
}

export interface HistoryOut {
  calls: Call[];
  cursor?: string;
}

export interface ID {
  id?: string;
  /** the way it took, where the vendor has several */
  via?: string;
}

export interface LoginResult {
  agent: Agent;
  drivers: Fared[];
  /** where the password is kept: in the person's secret store, or only until the program in the session ends, since the store is absent or locked */
  kept?: 'store' | 'absent' | 'locked';
}

export type None = Record<string, unknown>;

export interface OutboxCount {
  expired: number;
  refused: number;
  unconfirmed: number;
  waiting: number;
}

export interface PairOut {
  paired: boolean;
  scopes: string[];
}

export interface Param {
  help?: string;
  name: string;
  params?: Param[];
  required?: boolean;
  secret?: boolean;
  type: string;
  values?: string[];
}

export interface PauseReason {
  id: string;
  /** seconds; 0 means no limit */
  limitSeconds?: number;
  name: string;
  needsNote: boolean;
}

export interface Pop {
  call?: Call;
  /** desk.claimPop asks with it, right before the page shows the customer, whether it still shall */
  claim?: string;
  url: string;
}

export interface Queue {
  id?: string;
  name: string;
}

export interface QueueAgent {
  /** of the call */
  direction?: 'inbound' | 'outbound' | 'internal';
  extension?: string;
  name: string;
  /** the pause, or a state that is none of these, in the PBX's own words */
  reason?: string;
  /** since when it is so; of a call, when the call began, waiting included */
  since?: string;
  state?: 'offline' | 'ready' | 'paused' | 'ringing' | 'on_call' | 'wrapup';
}

export interface QueueCall {
  number: string;
  position: number;
  /** since when it waits */
  since?: string;
  waitSeconds: number;
}

export interface QueueGap {
  /** what to do next, in the person's language */
  hint?: string;
  kind: string;
  part: 'waiting' | 'agents' | 'since' | 'level' | 'lines';
  /** what was said, in the vendor's own words */
  text: string;
}

export interface QueueLevel {
  abandonedLate: number;
  abandonedWithin: number;
  answeredLate: number;
  answeredWithin: number;
  from: string;
  thresholdSeconds?: number;
  to: string;
}

export interface QueueLine {
  /** in the PBX's own words */
  kind?: string;
  limit?: number;
  name: string;
  used: number;
}

export interface QueueStatus {
  agents?: QueueAgent[];
  /** when the oldest of the figures was read */
  at?: string;
  calls?: QueueCall[];
  /** of today, first piece first */
  level?: QueueLevel[];
  /** of the whole site */
  lines?: QueueLine[];
  missing?: QueueGap[];
  /** when this was answered */
  now?: string;
  queue: string;
  /** the ways it took, where the vendor has several */
  via?: string;
  waiting: number;
  waitingUnknown?: boolean;
}

export interface Remote {
  display?: string;
  e164?: string;
  raw?: string;
}

export interface ServerStatus {
  id?: string;
  name: string;
  status: string;
}

export interface Step {
  after: string;
  before: string;
  rule: string;
  text: string;
  value?: string;
}

export interface Stored {
  /** the id of its entry in the outbox, when it is queued */
  outbox?: string;
  stored: 'sent' | 'queued';
}

export interface StreamOut {
  stream: string;
}

export interface StreamReadOut {
  done: boolean;
  items: unknown[];
}

export interface WatchOut {
  agent: Agent;
  calls: Call[];
  drivers: DriverState[];
  /** changes when the service restarts */
  epoch: string;
  outbox?: OutboxCount;
  /** calls that have ended, newest first */
  recent: Call[];
  reset?: boolean;
  seq: number;
}

