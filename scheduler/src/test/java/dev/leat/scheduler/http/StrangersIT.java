package dev.leat.scheduler.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.cluster.Member;
import dev.leat.cluster.NodeIdentity;
import dev.leat.cluster.trust.NodeCertificates;
import dev.leat.contract.trace.Tracing;
import dev.leat.testkit.Eventually;
import dev.leat.testkit.ManualClock;
import dev.leat.testkit.Seed;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Who is no node of the cluster, or not the one it is taken for, gets no call and learns nothing.
 */
class StrangersIT {
  private final TwoNodes nodes = new TwoNodes();

  @AfterEach
  void close() {
    try {
      nodes.isEmpty();
    } finally {
      nodes.close();
    }
  }

  private Peers peersOf(String name, NodeCertificates identity, String asked) {
    return new Peers(
        nodes.vertxHere,
        new TestMembers(name, TwoNodes.member(asked, 1, nodes.server.port())),
        identity,
        1,
        false,
        Tracing.OFF);
  }

  private static NodeCertificates foreign(String name) {
    return new NodeCertificates(TwoNodes.authority(), name, InstantSource.system());
  }

  @Test
  void node_answers_whoJoins() {
    Peers joining = peersOf("new", nodes.identity("new"), "there");

    assertThat(joining.answers(TwoNodes.member("there", 1, nodes.server.port()))).isTrue();
    assertThat(joining.answers(TwoNodes.member("there", 1, 1))).isFalse();
  }

  @Test
  void stranger_getsNoAnswer() {
    Peers stranger = peersOf("here", foreign("here"), "there");

    assertThat(stranger.answers(TwoNodes.member("there", 1, nodes.server.port()))).isFalse();
  }

  @Test
  void stranger_thatTrustsTheCluster_getsNoAnswerEither() {
    NodeCertificates stranger = foreign("here");
    NodeCertificates member = nodes.identity("here");
    Peers peers =
        new Peers(
            nodes.vertxHere,
            new TestMembers("here"),
            new BothManagers(stranger.keys(), member.trust()),
            1,
            false,
            Tracing.OFF);

    assertThat(peers.answers(TwoNodes.member("there", 1, nodes.server.port()))).isFalse();
  }

  @Test
  void stranger_inTheDirectory_getsNoCall() throws Exception {
    nodes.there();
    PeerServer stranger =
        new PeerServer(
            nodes.vertxHere, // another: in one, servers of one port are one
            PeerServerConfig.on("127.0.0.1", 0, 1),
            foreign("strange"),
            new TestMembers("strange", TwoNodes.member("here", 1, 1)),
            nodes.local());
    stranger.start();
    try {
      nodes.membersHere.set(
          TwoNodes.member("there", 1, nodes.proxy.port()),
          TwoNodes.member("strange", 1, stranger.port()));
      RemoteWorker worker = nodes.named("strange");
      Eventually.holds("it was tried", () -> !worker.trouble().isEmpty());

      assertThat(worker.isReady()).isFalse();
    } finally {
      stranger.stop(Duration.ZERO);
    }
  }

  @Test
  void nodeThatPosesAsAnother_getsNoCall() {
    nodes.there();
    nodes.membersHere.set(TwoNodes.member("other", 1, nodes.server.port()));
    RemoteWorker worker = nodes.named("other");

    Eventually.holds("it was tried", () -> !worker.trouble().isEmpty());

    assertThat(worker.isReady()).isFalse();
    assertThat(worker.trouble()).contains("cannot be reached");
  }

  @Test
  void callersCertificate_thatIsValidNoMore_isRefused_thoughItsSessionIsResumed() throws Exception {
    ManualClock clock = new ManualClock(Instant.now());

    assertNotTrustedLater(clock, judge("other", clock), nodes.identity("here"));
  }

  @Test
  void serversCertificate_thatIsValidNoMore_isRefused_thoughItsSessionIsResumed() throws Exception {
    ManualClock clock = new ManualClock(Instant.now());

    assertNotTrustedLater(clock, nodes.identity("other"), judge("here", clock));
  }

  /** Shows a certificate of now, and looks at others' by the clock. */
  private NodeIdentity judge(String node, ManualClock clock) {
    return new BothManagers(
        nodes.identity(node).keys(), new NodeCertificates(nodes.authority, node, clock).trust());
  }

  private void assertNotTrustedLater(
      ManualClock clock, NodeIdentity ofServer, NodeIdentity ofCaller) throws IOException {
    PeerServer other =
        new PeerServer(
            nodes.vertxHere,
            PeerServerConfig.on("127.0.0.1", 0, 1),
            ofServer,
            new TestMembers("other", TwoNodes.member("here", 1, 1)),
            nodes.local());
    other.start();
    try {
      Member member = TwoNodes.member("other", 1, other.port());
      Peers peers =
          new Peers(
              nodes.vertxHere, new TestMembers("here", member), ofCaller, 1, false, Tracing.OFF);
      assertThat(peers.answers(member)).isTrue();

      clock.advance(Duration.ofDays(5));

      assertThat(peers.answers(member)).isFalse();
    } finally {
      other.stop(Duration.ZERO);
    }
  }

  @Test
  void nodeOfTheCluster_thatIsNoMember_isToldSo() throws Exception {
    Peers joining = peersOf("new", nodes.identity("new"), "there");
    joining.start();
    RemoteWorker worker = (RemoteWorker) joining.all().getFirst();

    Eventually.holds("it is refused", () -> worker.trouble().contains("not known as a member"));
    assertThat(worker.isReady()).isFalse();

    nodes.membersThere.set(TwoNodes.member("here", 1, 1), TwoNodes.member("new", 1, 1));
    Eventually.holds("it is ready", worker::isReady);
    joining.close();
  }

  @Test
  void member_thatIsOneNoMore_losesItsConnection() {
    nodes.there();

    nodes.membersThere.set();

    Eventually.holds("it is not served", () -> !nodes.remote().isReady());
  }

  @Test
  void garbage_onThePort_changesNothing() throws IOException {
    nodes.there();
    Seed seed = Seed.orElse(11);
    Random random = seed.random();
    for (String text :
        new String[] {"GET /about HTTP/1.1\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"}) {
      assertThat(answerTo(text.getBytes(UTF_8))).as(text).isNotEqualTo('H');
    }
    for (int i = 0; i < 20; i++) {
      byte[] bytes = new byte[random.nextInt(1, 2_000)];
      random.nextBytes(bytes);
      answerTo(bytes);
    }
    assertThat(nodes.worker.all).as(seed.toString()).isEmpty();
    assertThat(nodes.remote().isReady()).isTrue();
  }

  /** The first octet that comes back; -1 if none does. */
  private int answerTo(byte[] bytes) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), nodes.server.port())) {
      socket.getOutputStream().write(bytes);
      socket.shutdownOutput();
      return socket.getInputStream().read();
    } catch (SocketException e) {
      return -1; // closed while it was written
    }
  }
}
