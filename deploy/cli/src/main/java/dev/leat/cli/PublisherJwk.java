package dev.leat.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.gen.OctetKeyPairGenerator;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.ParseException;

/**
 * An Ed25519 key that modules are signed or checked with, as a JWK (RFC 8037).
 *
 * @param jwk with or without its private part
 * @param id its thumbprint (RFC 7638), which is its {@code kid} everywhere
 */
record PublisherJwk(OctetKeyPair jwk, String id) {
  private static final int PUBLIC_KEY_BYTES = 32;

  /** A new key pair. */
  static PublisherJwk generate() {
    try {
      return of(new OctetKeyPairGenerator(Curve.Ed25519).keyIDFromThumbprint(true).generate());
    } catch (JOSEException e) {
      throw new IllegalStateException("Ed25519 is always there", e);
    }
  }

  static PublisherJwk read(Path file) {
    if (!Files.exists(file)) {
      throw Failure.refused(
          "There is no key file '"
              + file
              + "'. Make the profile's key: leat key generate; or name another file.");
    }
    try {
      if (JWK.parse(LocalFiles.readText(file)) instanceof OctetKeyPair key
          && key.getCurve().equals(Curve.Ed25519)
          && key.getDecodedX().length == PUBLIC_KEY_BYTES) {
        return of(key);
      }
    } catch (ParseException | JOSEException | IllegalArgumentException _) {
      // Said below: what a parser complains about might quote the key.
    }
    throw Failure.refused(
        "File '"
            + file
            + "' holds no Ed25519 key: a JWK with kty OKP and crv Ed25519 is needed, as leat key"
            + " generate writes it");
  }

  private static PublisherJwk of(OctetKeyPair jwk) throws JOSEException {
    return new PublisherJwk(jwk, jwk.toPublicJWK().computeThumbprint().toString());
  }

  /** The public key's bytes in base64url. */
  String x() {
    return jwk.getX().toString();
  }

  /** What may be told to everyone. */
  ObjectNode publicJwk() {
    return Json.object().put("kty", "OKP").put("crv", "Ed25519").put("x", x()).put("kid", id);
  }

  /** The key with its private part, for a file of its owner. */
  void writePrivate(Path file, boolean replace) {
    byte[] content = (jwk.toJSONString() + "\n").getBytes(StandardCharsets.UTF_8);
    if (replace) {
      LocalFiles.writePrivate(file, content);
    } else {
      LocalFiles.createPrivate(file, content);
    }
  }

  @Override
  public String toString() {
    return "PublisherKey[" + id + "]";
  }
}
