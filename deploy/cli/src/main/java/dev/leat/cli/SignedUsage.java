package dev.leat.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.Ed25519Verifier;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.OctetKeyPair;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.text.ParseException;
import java.util.Arrays;

/**
 * What tenants used, as the platform exported and signed it.
 *
 * @param lines all before the signature
 * @param signature the last line's
 */
record SignedUsage(Path file, byte[] lines, JsonNode signature) {
  /** The {@code typ} of the signature's header. */
  private static final String TYPE = "leat-usage";

  /** More than the platform exports. */
  private static final int BYTES_MAX = 64 << 20;

  static SignedUsage read(Path file) {
    byte[] content = LocalFiles.read(file, BYTES_MAX);
    int end = content.length > 0 && content[content.length - 1] == '\n' ? 1 : 0;
    int begin = content.length - end;
    while (begin > 0 && content[begin - 1] != '\n') {
      begin--;
    }
    JsonNode last =
        Json.parse(Arrays.copyOfRange(content, begin, content.length - end))
            .map(line -> line.path("signature"))
            .filter(JsonNode::isObject)
            .orElseThrow(() ->
                Failure.refused(
                    "File '"
                        + file
                        + "' does not end with a signature, as leat usage export writes it"));
    return new SignedUsage(file, Arrays.copyOf(content, begin), last);
  }

  /**
   * What the platform said of the lines, if it did.
   *
   * @param jwks the platform's public keys, as a JWK set
   */
  JsonNode verify(byte[] jwks) {
    try {
      JWSObject jws = JWSObject.parse(signature.path("jws").asText(), new Payload(sha256(lines)));
      JWSHeader header = jws.getHeader();
      if (!JWSAlgorithm.EdDSA.equals(header.getAlgorithm())
          || header.getType() == null
          || !TYPE.equals(header.getType().getType())) {
        throw refused("its signature is not one of an export");
      }
      JWK key =
          JWKSet.parse(new String(jwks, StandardCharsets.UTF_8)).getKeyByKeyId(header.getKeyID());
      if (!(key instanceof OctetKeyPair pair)) {
        throw refused("it was signed with a key that is not among the given: " + header.getKeyID());
      }
      if (!jws.verify(new Ed25519Verifier(pair.toPublicJWK()))) {
        throw refused("it is not what was signed");
      }
      return about(header);
    } catch (ParseException | JOSEException | IllegalArgumentException e) {
      throw refused("its signature or the key set is malformed");
    }
  }

  /** What was signed; the same that stands beside the signature can be anyone's. */
  private JsonNode about(JWSHeader header) {
    ObjectNode about = Json.object();
    for (String name : new String[] {"month", "exportedAt", "tenant"}) {
      if (header.getCustomParam(name) instanceof String value) {
        about.put(name, value);
      }
    }
    return about
        .put("lines", new String(lines, StandardCharsets.UTF_8).lines().count())
        .put("kid", header.getKeyID());
  }

  private Failure refused(String why) {
    return Failure.refused("File '" + file + "' cannot be trusted: " + why);
  }

  private static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("SHA-256 is always there", e);
    }
  }
}
