package dev.leat.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.gen.OctetKeyPairGenerator;
import com.nimbusds.jose.util.Base64URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.text.ParseException;

/**
 * An Ed25519 key that modules are signed or checked with, as a JWK (RFC 8037).
 *
 * @param jwk with a {@code kid}; with or without its private part
 */
record PublisherKey(OctetKeyPair jwk) {
  /** A new key pair, named by its thumbprint (RFC 7638). */
  static PublisherKey generate() {
    try {
      return new PublisherKey(
          new OctetKeyPairGenerator(Curve.Ed25519).keyIDFromThumbprint(true).generate());
    } catch (JOSEException e) {
      throw new IllegalStateException("Ed25519 is always there", e);
    }
  }

  static PublisherKey read(Path file) {
    try {
      if (JWK.parse(LocalFiles.readText(file)) instanceof OctetKeyPair key
          && key.getCurve().equals(Curve.Ed25519)) {
        return new PublisherKey(
            key.getKeyID() != null
                ? key
                : new OctetKeyPair.Builder(key).keyIDFromThumbprint().build());
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

  /** A registered public key. */
  static PublisherKey ofPublic(String keyId, String x) {
    return new PublisherKey(
        new OctetKeyPair.Builder(Curve.Ed25519, new Base64URL(x)).keyID(keyId).build());
  }

  String id() {
    return jwk.getKeyID();
  }

  /** What may be told to everyone. */
  ObjectNode publicJwk() {
    return Json.object()
        .put("kty", "OKP")
        .put("crv", "Ed25519")
        .put("x", jwk.getX().toString())
        .put("kid", id());
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
    return "PublisherKey[" + id() + "]";
  }
}
