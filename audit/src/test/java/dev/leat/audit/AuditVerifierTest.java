package dev.leat.audit;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.Ed25519Signer;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.gen.OctetKeyPairGenerator;
import dev.leat.audit.AuditVerifier.Result;
import dev.leat.audit.jdbi.AuditSchema;
import dev.leat.audit.jdbi.JdbiAuditStore;
import dev.leat.contract.TenantId;
import dev.leat.testkit.ManualClock;
import dev.leat.testkit.MigratedDatabases;
import dev.leat.testkit.TestDatabase;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The chain as it is exported, and what is found in one that was altered. */
class AuditVerifierTest {
  private static final int RECORDS = 6;
  private static final OctetKeyPair KEY = newKey("platform");

  private static final MigratedDatabases DATABASES = new MigratedDatabases(AuditSchema::migrate);

  private final TestDatabase database = DATABASES.h2();
  private final ManualClock clock = new ManualClock();
  private final AuditStore store = new JdbiAuditStore(database.dataSource());
  private AuditLog log;

  @BeforeEach
  void record() {
    log = new AuditLog(store, AuditVerifierTest::sign, clock);
    for (int i = 1; i <= RECORDS; i++) {
      store.append(
          AuditEntry.done(
              clock.instant(), new TenantId("acme"), "dev ü", "function.deploy", "f" + i, "\"\n"));
      if (i % 3 == 0) {
        clock.advance(AuditLog.CHECKPOINT_PAUSE);
        log.maintain();
      }
    }
  }

  @AfterEach
  void close() {
    database.close();
  }

  @Test
  void export_asItWasWritten_isIntact() {
    List<String> lines = exported();

    assertThat(lines).hasSize(RECORDS + 2);
    assertThat(verify(String.join("", lines)))
        .isInstanceOfSatisfying(
            Result.Intact.class,
            intact -> {
              assertThat(intact.records()).isEqualTo(RECORDS);
              assertThat(intact.checkpoints()).isEqualTo(2);
              assertThat(intact.covered()).isEqualTo(RECORDS);
            });
  }

  @Test
  void anyBitOfTheExport_altered_isFound() {
    byte[] export = String.join("", exported()).getBytes(StandardCharsets.UTF_8);

    for (int bit = 0; bit < export.length * 8; bit++) {
      export[bit / 8] ^= (byte) (1 << bit % 8);
      assertThat(verify(new String(export, StandardCharsets.UTF_8)))
          .as("bit %d of '%s'", bit % 8, excerpt(export, bit / 8))
          .isInstanceOf(Result.Altered.class);
      export[bit / 8] ^= (byte) (1 << bit % 8);
    }
  }

  @Test
  void anyLineButTheLast_removed_isFound() {
    List<String> lines = exported();

    for (int i = 0; i < lines.size() - 1; i++) {
      List<String> fewer = new ArrayList<>(lines);
      boolean isCheckpoint = fewer.remove(i).startsWith("{\"checkpoint");
      // A checkpoint among others may be missing: the next one covers the same records.
      assertThat(verify(String.join("", fewer)) instanceof Result.Altered)
          .as("line %d", i + 1)
          .isEqualTo(!isCheckpoint);
    }
  }

  @Test
  void anyTwoLines_swapped_areFound() {
    List<String> lines = exported();

    for (int i = 0; i < lines.size(); i++) {
      for (int j = 0; j < i; j++) {
        List<String> swapped = new ArrayList<>(lines);
        Collections.swap(swapped, i, j);
        assertThat(verify(String.join("", swapped))).isInstanceOf(Result.Altered.class);
      }
    }
  }

  @Test
  void cutOff_belowACheckpoint_isFound() {
    List<String> lines = exported();
    Map<Long, String> known = Map.of((long) RECORDS, log.checkpoints(RECORDS).getFirst().hash());

    for (int kept = 0; kept < lines.size() - 1; kept++) {
      String cut = String.join("", lines.subList(0, kept));
      assertThat(new Verification(known).verify(cut)).isInstanceOf(Result.Altered.class);
    }
    assertThat(new Verification(known).verify(String.join("", lines)))
        .isInstanceOf(Result.Intact.class);
  }

  @Test
  void chainMadeAnew_bySomeoneWithoutTheKey_isFound() {
    List<AuditEntry> entries = new ArrayList<>();
    log.export(1).records().forEach(record -> entries.add(record.entry()));
    entries.remove(2);
    List<AuditRecord> forged =
        AuditChain.after(new AuditStore.Head(0, AuditChain.GENESIS), entries);
    AuditRecord last = forged.getLast();
    OctetKeyPair theirs = newKey(KEY.getKeyID());
    CheckpointSigner.Signed signed =
        sign(theirs, Checkpoint.TYPE, Checkpoint.payload(last.seq(), clock.instant(), last.hash()));
    Checkpoint checkpoint =
        new Checkpoint(last.seq(), clock.instant(), last.hash(), signed.kid(), "", signed.jws());
    StringBuilder export = new StringBuilder();
    forged.forEach(record -> export.append(AuditChain.text(AuditChain.line(record))));
    export.append(AuditChain.text(checkpoint.line()));

    assertThat(verify(export.toString())).isInstanceOf(Result.Altered.class);
  }

  @Test
  void signatureOfAnotherKind_isNoCheckpoint() {
    AuditLog other = new AuditLog(store, (type, payload) -> sign(KEY, "JWT", payload), clock);
    store.append(AuditEntry.done(Optional.empty(), "a", "", ""));
    StringBuilder export = new StringBuilder();
    other
        .export(1)
        .forEach(
            record -> export.append(AuditChain.text(AuditChain.line(record))),
            checkpoint -> export.append(AuditChain.text(checkpoint.line())));

    assertThat(verify(export.toString())).isInstanceOf(Result.Altered.class);
  }

  @Test
  void emptyOrEndless_isNoExport() {
    assertThat(verify("")).isInstanceOf(Result.Altered.class);
    assertThat(verify("x".repeat(AuditVerifier.LINE_CHARS_MAX + 10)))
        .isInstanceOf(Result.Altered.class);
    assertThat(verify("[".repeat(5_000) + "\n")).isInstanceOf(Result.Altered.class);
  }

  @Test
  void checkpoint_isSignedWhenItIsDue_andNotBefore() {
    long before = log.checkpoints(1).size();
    store.append(AuditEntry.done(Optional.empty(), "a", "", ""));
    log.maintain();
    assertThat(log.checkpoints(1)).hasSize((int) before);

    clock.advance(AuditLog.CHECKPOINT_PAUSE.minus(Duration.ofMillis(1)));
    log.maintain();
    assertThat(log.checkpoints(1)).hasSize((int) before);

    clock.advance(Duration.ofMillis(1));
    log.maintain();
    log.maintain();
    assertThat(log.checkpoints(1)).hasSize((int) before + 1);
  }

  @Test
  void checkpoint_isDueAfterManyRecords() {
    for (int i = 0; i < AuditLog.CHECKPOINT_RECORDS; i++) {
      store.append(AuditEntry.done(Optional.empty(), "a", "", ""));
    }
    log.maintain();

    assertThat(log.checkpoints(RECORDS + 1))
        .extracting(Checkpoint::seq)
        .containsExactly((long) RECORDS + AuditLog.CHECKPOINT_RECORDS);
  }

  private static String excerpt(byte[] export, int at) {
    int from = Math.max(0, at - 20);
    return new String(export, from, Math.min(40, export.length - from), StandardCharsets.UTF_8);
  }

  private List<String> exported() {
    List<String> lines = new ArrayList<>();
    log.export(1)
        .forEach(
            record -> lines.add(AuditChain.text(AuditChain.line(record))),
            checkpoint -> lines.add(AuditChain.text(checkpoint.line())));
    return lines;
  }

  private static Result verify(String export) {
    return new Verification(Map.of()).verify(export);
  }

  private record Verification(Map<Long, String> known) {
    Result verify(String export) {
      try {
        return new AuditVerifier(new JWKSet(KEY.toPublicJWK()), known)
            .verify(new StringReader(export));
      } catch (IOException e) {
        throw new IllegalStateException("A string can be read", e);
      }
    }
  }

  private static CheckpointSigner.Signed sign(String type, byte[] payload) {
    return sign(KEY, type, payload);
  }

  private static CheckpointSigner.Signed sign(OctetKeyPair key, String type, byte[] payload) {
    JWSObject jws =
        new JWSObject(
            new JWSHeader.Builder(JWSAlgorithm.EdDSA)
                .type(new JOSEObjectType(type))
                .keyID(key.getKeyID())
                .build(),
            new Payload(payload));
    try {
      jws.sign(new Ed25519Signer(key));
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    }
    return new CheckpointSigner.Signed(
        key.getKeyID(), key.toPublicJWK().toJSONString(), jws.serialize());
  }

  private static OctetKeyPair newKey(String id) {
    try {
      return new OctetKeyPairGenerator(Curve.Ed25519).keyID(id).generate();
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    }
  }
}
