package dev.leat.cluster.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.leat.cluster.NodeIdentity;
import dev.leat.testkit.ManualClock;
import java.net.InetAddress;
import java.net.Socket;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who is taken for a node of the cluster, and who is not. */
class NodeCertificatesTest {
  private static final String ONE = "one.node.leat";
  private static final String TWO = "two.node.leat";

  private final ManualClock clock = new ManualClock();
  private final Shelf shelf = new Shelf();
  private final ClusterAuthority authority = ClusterAuthority.of(shelf, clock);
  private final NodeCertificates one = new NodeCertificates(authority, "one", clock);
  private final NodeCertificates two = new NodeCertificates(authority, "two", clock);

  /** Keeps the authority in memory. */
  private static final class Shelf implements AuthorityStore {
    private @Nullable Kept kept;

    @Override
    public Kept keepFirst(Kept candidate) {
      Kept first = kept == null ? candidate : kept;
      kept = first;
      return first;
    }

    Kept kept() {
      return Objects.requireNonNull(kept);
    }
  }

  private Forge forge() {
    return new Forge(clock.instant());
  }

  private OneCertificate signed(Forge forge) throws Exception {
    return new OneCertificate(forge.key(), forge.signedBy(authority, shelf.kept()));
  }

  private static SSLContext tls(NodeCertificates node) {
    return Handshake.context(node.keys(), node.trust());
  }

  /** Somebody, who trusts as nodes do, but shows something else. */
  private SSLContext showing(@Nullable KeyManager keys) {
    return Handshake.context(keys, new NodeTrust(authority.certificate(), clock));
  }

  private static void refused(SSLContext client, SSLContext server, String asked) {
    assertThatThrownBy(() -> new Handshake(client, server, asked).run())
        .isInstanceOf(SSLException.class);
  }

  private void refusedOnBothSides(KeyManager keys) {
    refused(showing(keys), tls(two), TWO);
    refused(tls(two), showing(keys), ONE);
  }

  @Test
  void nodes_knowEachOtherByName() throws Exception {
    Handshake handshake = new Handshake(tls(one), tls(two), TWO);

    handshake.run();

    assertThat(NodeIdentity.nodeOf(handshake.seenByServer())).contains("one");
    assertThat(NodeIdentity.nodeOf(handshake.seenByClient())).contains("two");
  }

  @Test
  void nodes_ofOneDatabase_haveOneAuthority() throws Exception {
    NodeCertificates three =
        new NodeCertificates(ClusterAuthority.of(shelf, clock), "three", clock);

    assertThatCode(() -> new Handshake(tls(one), tls(three), "three.node.leat").run())
        .doesNotThrowAnyException();
  }

  @Test
  void sockets_ofJavaItself_doLikewise() throws Exception {
    try (SSLServerSocket server =
        (SSLServerSocket)
            tls(two)
                .getServerSocketFactory()
                .createServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      server.setNeedClientAuth(true);
      FutureTask<String> seen = new FutureTask<>(accepting(server));
      Thread.ofVirtual().start(seen);
      try (Socket plain = new Socket(InetAddress.getLoopbackAddress(), server.getLocalPort());
          SSLSocket client =
              (SSLSocket)
                  tls(one)
                      .getSocketFactory()
                      .createSocket(plain, TWO, server.getLocalPort(), true)) {
        client.startHandshake();
        assertThat(seen.get()).isEqualTo("one");
      }
    }
  }

  private static Callable<String> accepting(SSLServerSocket server) {
    return () -> {
      try (SSLSocket socket = (SSLSocket) server.accept()) {
        socket.startHandshake();
        X509Certificate shown = (X509Certificate) socket.getSession().getPeerCertificates()[0];
        return NodeIdentity.nodeOf(shown).orElseThrow();
      }
    };
  }

  @Test
  void foreignAuthority_isRefused() {
    NodeCertificates foreign =
        new NodeCertificates(ClusterAuthority.of(new Shelf(), clock), "one", clock);

    refusedOnBothSides(foreign.keys());
    refused(tls(foreign), tls(two), TWO);
    refused(tls(two), tls(foreign), ONE);
  }

  @Test
  void selfSigned_isRefused() throws Exception {
    Forge forge = forge();

    refusedOnBothSides(new OneCertificate(forge.key(), forge.signedByItself()));
  }

  @Test
  void forgedAuthority_thatIsShownToo_isRefused() throws Exception {
    Forge forged = forge().authority();
    Forge leaf = forge();

    refusedOnBothSides(
        new OneCertificate(leaf.key(), leaf.signedByItself(), forged.signedByItself()));
  }

  @Test
  void noCertificate_isRefused() {
    refused(showing(null), tls(two), TWO);
    refused(tls(two), showing(null), ONE);
  }

  @Test
  void anotherNode_thanTheOneAskedFor_isRefused() {
    refused(tls(one), tls(two), "three.node.leat");
    refused(tls(one), tls(two), "two");
    refused(tls(one), tls(two), "127.0.0.1");
  }

  @Test
  void expired_isRefused() throws Exception {
    KeyManager old = new OneCertificate(key(one), one.certificate());
    clock.advance(ClusterAuthority.NODE_VALID.plusSeconds(1));

    refusedOnBothSides(old);
  }

  @Test
  void notYetValid_isRefused() throws Exception {
    ManualClock ahead = new ManualClock(clock.instant().plus(ClusterAuthority.SKEW).plusSeconds(1));

    refusedOnBothSides(new NodeCertificates(authority, "one", ahead).keys());
  }

  @Test
  void clocksThatAreWrongByHours_doNotPartNodes() {
    for (Duration skew : List.of(Duration.ofHours(-2), Duration.ofHours(2))) {
      ManualClock wrong = new ManualClock(clock.instant().plus(skew));
      NodeCertificates there = new NodeCertificates(authority, "there", wrong);

      assertThatCode(() -> new Handshake(tls(one), tls(there), "there.node.leat").run())
          .doesNotThrowAnyException();
      assertThatCode(() -> new Handshake(tls(there), tls(one), ONE).run())
          .doesNotThrowAnyException();
    }
  }

  @Test
  void forOtherPurposes_orForNone_isRefused() throws Exception {
    refusedOnBothSides(signed(forge().purposes()));
    refusedOnBothSides(signed(forge().purposes(KeyPurposeId.anyExtendedKeyUsage)));
    refused(showing(signed(forge().purposes(KeyPurposeId.id_kp_serverAuth))), tls(two), TWO);
    refused(tls(two), showing(signed(forge().purposes(KeyPurposeId.id_kp_clientAuth))), ONE);
  }

  @Test
  void authorityItself_isNoNode() throws Exception {
    refusedOnBothSides(signed(forge().authority()));
  }

  @Test
  void forNoNode_isRefused() throws Exception {
    refusedOnBothSides(signed(forge().names()));
    refusedOnBothSides(signed(forge().names(Forge.dns("one.example.com"))));
    refusedOnBothSides(signed(forge().names(Forge.dns("one.node.leat"), Forge.dns(TWO))));
    refusedOnBothSides(signed(forge().names(Forge.dns("*.node.leat"))));
    refusedOnBothSides(signed(forge().names(Forge.dns("a.one.node.leat"))));
    refusedOnBothSides(signed(forge().names(new GeneralName(GeneralName.rfc822Name, ONE))));
  }

  @Test
  void whatTheAuthoritySignedProperly_isTrusted() throws Exception {
    SSLContext forged = showing(signed(forge()));

    assertThatCode(() -> new Handshake(forged, tls(two), TWO).run()).doesNotThrowAnyException();
    assertThatCode(() -> new Handshake(tls(two), forged, ONE).run()).doesNotThrowAnyException();
  }

  @Test
  void certificate_isRenewedAfterAThirdOfItsTime() {
    X509Certificate first = one.certificate();
    clock.advance(NodeCertificates.RENEWED_AFTER.minusSeconds(1));
    assertThat(one.certificate()).isSameAs(first);

    clock.advance(Duration.ofSeconds(1));

    X509Certificate second = one.certificate();
    assertThat(second.getSerialNumber()).isNotEqualTo(first.getSerialNumber());
    assertThat(second.getNotAfter().toInstant())
        .isEqualTo(clock.instant().plus(ClusterAuthority.NODE_VALID));
    assertThat(one.certificate()).isSameAs(second);
  }

  @Test
  void managers_useTheCertificateOfTheMoment() throws Exception {
    SSLContext client = tls(one);
    SSLContext server = tls(two);
    for (int day = 0; day < 8; day++) {
      Handshake handshake = new Handshake(client, server, TWO);
      handshake.run();
      assertThat(handshake.seenByServer()).isEqualTo(one.certificate());
      clock.advance(Duration.ofDays(1));
    }
  }

  @Test
  void clockThatIsSetBack_makesAnotherCertificate() {
    clock.advance(Duration.ofDays(30));
    X509Certificate wrong = one.certificate();
    clock.advance(Duration.ofDays(-30));

    assertThat(one.certificate()).isNotEqualTo(wrong);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "One", "a.b", "-a", "a-", "*", "a/b", "ä"})
  void name_thatIsNoLabel_isRefused(String name) {
    assertThatThrownBy(() -> new NodeCertificates(authority, name, clock))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void authority_thatCannotBeRead_saysWhatHelps_andNoSecret() {
    AuthorityStore.Kept good = shelf.kept();
    for (AuthorityStore.Kept bad :
        List.of(
            new AuthorityStore.Kept(good.certificate(), "c2VjcmV0LXNlY3JldA==", Instant.EPOCH),
            new AuthorityStore.Kept(good.certificate(), "?secret-secret", Instant.EPOCH),
            new AuthorityStore.Kept("?", good.privateKey(), Instant.EPOCH),
            new AuthorityStore.Kept(
                otherAuthority().certificate(), good.privateKey(), Instant.EPOCH))) {
      assertThatThrownBy(() -> ClusterAuthority.of(candidate -> bad, clock))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("cluster_authority")
          .hasNoCause()
          .message()
          .doesNotContain("secret", good.privateKey());
    }
  }

  private AuthorityStore.Kept otherAuthority() {
    Shelf another = new Shelf();
    ClusterAuthority.of(another, clock);
    return another.kept();
  }

  @Test
  void secrets_areInNoWords() {
    AuthorityStore.Kept kept = shelf.kept();
    String node = Base64.getEncoder().encodeToString(key(one).getEncoded());

    assertThat(List.of(kept, authority, one, one.keys(), key(one)).toString())
        .doesNotContain(kept.privateKey(), node)
        .contains("***");
  }

  private static PrivateKey key(NodeCertificates node) {
    return node.keys().getPrivateKey("node");
  }
}
