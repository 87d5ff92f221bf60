package dev.leat.audit;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.crypto.Ed25519Verifier;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.util.Base64URL;
import dev.leat.documents.StrictJson;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Verifies an export of the whole audit log without the platform: that no record up to the last
 * checkpoint was changed, added, removed or swapped since the checkpoint was signed. Records after
 * it are verified against each other alone. For one export; not safe for several threads.
 */
public final class AuditVerifier {
  /** The longest line: three texts of {@link AuditEntry#TEXT_MAX}, each character escaped. */
  static final int LINE_CHARS_MAX = 200_000;

  private static final Set<String> RECORD_MEMBERS =
      Set.of(
          "seq",
          "time",
          "tenant",
          "actor",
          "action",
          "resource",
          "allowed",
          "details",
          "requestId",
          "previous",
          "hash");

  private final JWKSet keys;
  private final Map<Long, String> known;
  private long seq;
  private String hash = AuditChain.GENESIS;
  private long covered;
  private int checkpoints;

  /**
   * @param keys the public keys that are trusted to sign checkpoints
   * @param known hashes by {@code seq} that must be found: of checkpoints that were kept elsewhere.
   *     Only they show that an export was cut off before them.
   */
  public AuditVerifier(JWKSet keys, Map<Long, String> known) {
    this.keys = keys;
    this.known = new TreeMap<>(known);
  }

  /** How an export was found. */
  public sealed interface Result {
    /**
     * Nothing is wrong.
     *
     * @param covered {@code seq} of the last record that a checkpoint covers
     */
    record Intact(long records, int checkpoints, long covered, String hash) implements Result {}

    /**
     * Something was altered.
     *
     * @param line the first line that is wrong, from 1; one after the last when something is
     *     missing at the end
     */
    record Altered(int line, String what) implements Result {}
  }

  /**
   * Reads the export to its end.
   *
   * @throws IOException if it cannot be read
   */
  public Result verify(Reader export) throws IOException {
    BufferedReader lines = new BufferedReader(export);
    int number = 0;
    String line;
    while ((line = nextLine(lines)) != null) {
      number++;
      Optional<String> wrong = wrong(line);
      if (wrong.isPresent()) {
        return new Result.Altered(number, wrong.get());
      }
    }
    return end(number + 1);
  }

  private Result end(int number) {
    if (!known.isEmpty()) {
      return new Result.Altered(
          number,
          "The export ends at record %d, before record %s, which a known checkpoint covers."
              .formatted(seq, known.keySet().iterator().next()));
    }
    if (checkpoints == 0) {
      return new Result.Altered(
          number, "There is no checkpoint: nothing shows that the records are the platform's.");
    }
    return new Result.Intact(seq, checkpoints, covered, hash);
  }

  /** A line with its end, which must be one line feed; null after the last. */
  private static @Nullable String nextLine(BufferedReader lines) throws IOException {
    StringBuilder line = new StringBuilder();
    int read;
    while ((read = lines.read()) >= 0 && line.length() <= LINE_CHARS_MAX) {
      line.append((char) read);
      if (read == '\n') {
        return line.toString();
      }
    }
    return line.isEmpty() ? null : line.toString();
  }

  private Optional<String> wrong(String line) {
    if (line.length() > LINE_CHARS_MAX) {
      return Optional.of("The line is longer than " + LINE_CHARS_MAX + " characters.");
    }
    if (!(read(line) instanceof ObjectNode members) || !isCanonical(members, line)) {
      return Optional.of("The line is not as it was exported: it is no canonical JSON object.");
    }
    return members.has("checkpoint") ? wrongCheckpoint(members) : wrongRecord(members);
  }

  private static @Nullable JsonNode read(String line) {
    try {
      return StrictJson.mapper().readTree(line);
    } catch (JacksonException e) {
      return null;
    }
  }

  private static boolean isCanonical(ObjectNode members, String line) {
    byte[] canonical = AuditChain.canonical(members);
    byte[] bytes = line.getBytes(StandardCharsets.UTF_8);
    return bytes.length == canonical.length + 1
        && bytes[canonical.length] == '\n'
        && Arrays.equals(bytes, 0, canonical.length, canonical, 0, canonical.length);
  }

  private Optional<String> wrongRecord(ObjectNode members) {
    Set<String> names = new HashSet<>();
    members.fieldNames().forEachRemaining(names::add);
    if (!names.equals(RECORD_MEMBERS) || !members.path("seq").canConvertToLong()) {
      return Optional.of("The line is neither a record nor a checkpoint.");
    }
    long here = members.path("seq").longValue();
    if (here != seq + 1) {
      return Optional.of(
          "Record %d follows record %d: what lies between was removed, or they were swapped."
              .formatted(here, seq));
    }
    if (!members.path("previous").asText().equals(hash)) {
      return Optional.of(
          "Record " + here + " does not continue the chain: the one before it was altered.");
    }
    String told = members.remove("hash").asText();
    String found = AuditChain.hash(members);
    if (!found.equals(told)) {
      return Optional.of("Record " + here + " was altered: its hash is another.");
    }
    @Nullable String expected = known.remove(here);
    if (expected != null && !expected.equals(found)) {
      return Optional.of("Record " + here + " is not the one that a known checkpoint covers.");
    }
    seq = here;
    hash = found;
    return Optional.empty();
  }

  private Optional<String> wrongCheckpoint(ObjectNode members) {
    JsonNode checkpoint = members.path("checkpoint");
    if (members.size() != 1 || !checkpoint.isObject() || checkpoint.size() != 5) {
      return Optional.of("The line is neither a record nor a checkpoint.");
    }
    if (checkpoint.path("seq").longValue() != seq
        || !checkpoint.path("hash").asText().equals(hash)) {
      return Optional.of(
          "The checkpoint covers record %s, and follows record %d: records are missing, or others."
              .formatted(checkpoint.path("seq").asText(), seq));
    }
    Optional<String> wrong = wrongSignature(checkpoint);
    if (wrong.isEmpty()) {
      covered = seq;
      checkpoints++;
    }
    return wrong;
  }

  private Optional<String> wrongSignature(JsonNode checkpoint) {
    String kid = checkpoint.path("kid").asText();
    @Nullable JWK key = keys.getKeyByKeyId(kid);
    if (!(key instanceof OctetKeyPair pair)) {
      return Optional.of(
          "The checkpoint's key '%s' is not among those that are trusted.".formatted(kid));
    }
    try {
      JWSObject jws = JWSObject.parse(checkpoint.path("signature").asText());
      boolean isGood =
          JWSAlgorithm.EdDSA.equals(jws.getHeader().getAlgorithm())
              && jws.getHeader().getType() != null
              && jws.getHeader().getType().getType().equals(Checkpoint.TYPE)
              && kid.equals(jws.getHeader().getKeyID())
              && isWhole(jws.getSignature())
              && Arrays.equals(payload(checkpoint), jws.getPayload().toBytes())
              && jws.verify(new Ed25519Verifier(pair));
      return isGood
          ? Optional.empty()
          : Optional.of("The checkpoint's signature is not the platform's.");
    } catch (ParseException | JOSEException e) {
      return Optional.of("The checkpoint's signature cannot be read.");
    }
  }

  /** What was signed, as it stands there. */
  private static byte[] payload(JsonNode checkpoint) {
    ObjectNode signed = checkpoint.deepCopy();
    return AuditChain.canonical(signed.without(List.of("kid", "signature")));
  }

  /** Whether the bits that its last character has to spare are zero, as they were written. */
  private static boolean isWhole(Base64URL text) {
    return Base64URL.encode(text.decode()).equals(text);
  }
}
