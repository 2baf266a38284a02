// A phone in a page, as a desk would have it. Each function's promise is kept when the thing has happened.

const AUDIO = { mediaConstraints: { audio: true, video: false }, pcConfig: { iceServers: [] } };
const ears = new AudioContext();
const analyser = new AnalyserNode(ears, { fftSize: 4096 });
const newest = {};
let agent, session, waiting;

/** The first of these events; rejects at one of `bad`. */
function first(emitter, good, bad) {
  return new Promise((resolve, reject) => {
    for (const name of good) emitter.once(name, (event) => resolve(event));
    for (const name of bad) emitter.once(name, (event) => reject(new Error(`${name}: ${event.cause || event.code}`)));
  });
}

/** What the other end says goes to the speaker, which pulls it, and to the ears. */
function listen(connection) {
  connection.addEventListener("track", ({ streams: [stream] }) => {
    document.getElementById("speaker").srcObject = stream;
    ears.createMediaStreamSource(stream).connect(analyser);
  });
}

function keep(call) {
  session = call;
  newest.confirmed = first(call, ["confirmed"], ["failed"]);
  newest.over = first(call, ["ended", "failed"], []).then((event) => event.cause);
  newest.confirmed.catch(() => {});
  if (call.connection) listen(call.connection);
  else call.on("peerconnection", ({ peerconnection }) => listen(peerconnection));
}

window.phone = {
  /** Sign in at a secure websocket. */
  register(address, host, user, password) {
    const sockets = [new JsSIP.WebSocketInterface(address)];
    agent = new JsSIP.UA({ sockets, uri: `sip:${user}@${host}`, password, register_expires: 60, session_timers: false });
    newest.rings = first(agent, ["newRTCSession"], []);
    agent.on("newRTCSession", ({ session }) => keep(session));
    const done = first(agent, ["registered"], ["registrationFailed", "disconnected"]);
    agent.start();
    return done.then(() => true);
  },
  call(number) {
    agent.call(number, AUDIO);
    return newest.confirmed.then(() => true);
  },
  answer() {
    return newest.rings.then(() => {
      session.answer(AUDIO);
      return newest.confirmed.then(() => true);
    });
  },
  async hear(hertz, times = 10) {
    const bins = new Float32Array(analyser.frequencyBinCount);
    for (let right = 0; right < times; ) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      analyser.getFloatFrequencyData(bins);
      const peak = (bins.indexOf(Math.max(...bins)) * ears.sampleRate) / analyser.fftSize;
      right = Math.abs(peak - hertz) < 20 ? right + 1 : 0;
    }
  },
  /** Put the call on hold and ask somebody else. */
  async consult(number) {
    waiting = session;
    await new Promise((resolve) => waiting.hold({}, resolve));
    return phone.call(number);
  },
  /** Give who waits to who was asked, and leave. */
  async join() {
    const asked = session;
    const done = new Promise((resolve, reject) => {
      const eventHandlers = { accepted: resolve, failed: reject, requestFailed: reject };
      waiting.refer(asked.remote_identity.uri, { replaces: asked, eventHandlers });
    });
    await done;
    for (const call of [waiting, asked]) if (!call.isEnded()) call.terminate();
  },
  hangUp: () => session.terminate(),
  /** How the newest call has ended. */
  over: () => newest.over,
  /** How speech travels, by the browser's own statistics. */
  async media() {
    const all = [...(await session.connection.getStats()).values()];
    const transport = all.find(({ type }) => type === "transport");
    const codec = (kind) => all.find(({ id }) => id === all.find(({ type }) => type === kind)?.codecId)?.mimeType;
    return {
      dtls: transport.dtlsState,
      srtp: transport.srtpCipher,
      said: codec("outbound-rtp"),
      heard: codec("inbound-rtp"),
      feedback: all.some(({ type }) => type === "remote-inbound-rtp"),
    };
  },
};
