package dev.leat.cli;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.Ed25519Signer;
import com.nimbusds.jose.crypto.Ed25519Verifier;
import dev.leat.contract.ModuleDigest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.ParseException;
import java.time.Instant;

/**
 * A module with its publisher's signature: a compact JWS (RFC 7515, EdDSA) over a {@link
 * Statement}.
 *
 * @param content the module's bytes, not to be changed
 * @param signature the JWS
 */
record SignedModule(byte[] content, String signature) {
  /** Signs a module. */
  static SignedModule sign(
      byte[] content, String name, String version, PublisherKey key, Instant now) {
    Statement statement =
        new Statement(name, version, ModuleDigest.of(content), content.length, now);
    JWSObject jws =
        new JWSObject(
            new JWSHeader.Builder(JWSAlgorithm.EdDSA).keyID(key.id()).build(),
            new Payload(Json.bytes(statement.json())));
    try {
      jws.sign(new Ed25519Signer(key.jwk()));
    } catch (JOSEException e) {
      throw Failure.refused(
          "Key '"
              + key.id()
              + "' has no private part, which signing needs: give the file that leat"
              + " key generate wrote");
    }
    return new SignedModule(content, jws.serialize());
  }

  /** Reads a module and the signature beside it. */
  static SignedModule read(Path module, byte[] content, Path signature) {
    if (!Files.exists(signature)) {
      throw Failure.refused(
          "Module '%s' is not signed: there is no '%s'. Sign it: leat sign %s --key FILE --name NAME --version VERSION"
              .formatted(module, signature, module));
    }
    return new SignedModule(content, LocalFiles.readText(signature).strip());
  }

  /** Where a module's signature is kept unless another file is named. */
  static Path signatureBeside(Path module) {
    return module.resolveSibling(module.getFileName() + ".jws");
  }

  ModuleDigest digest() {
    return ModuleDigest.of(content);
  }

  /** The id of the key that is said to have signed. */
  String keyId() {
    return String.valueOf(jws().getHeader().getKeyID());
  }

  /** What the key's owner said about this module, if it is true. */
  Statement verify(PublisherKey key) {
    if (!isSignedBy(key)) {
      throw Failure.refused(
          "The signature is not of key '%s': it names key '%s', and either it or the statement may have been changed"
              .formatted(key.id(), keyId()));
    }
    Statement statement =
        Statement.parse(jws().getPayload().toBytes())
            .orElseThrow(() ->
                Failure.refused("The signature is genuine, but what it signs is no statement"));
    if (!statement.digest().equals(digest()) || statement.size() != content.length) {
      throw Failure.refused(
          "The module is not the one that was signed: it is %s with %d bytes, the statement is about %s with %d"
              .formatted(digest(), content.length, statement.digest(), statement.size()));
    }
    return statement;
  }

  private boolean isSignedBy(PublisherKey key) {
    try {
      JWSObject jws = jws();
      return key.id().equals(jws.getHeader().getKeyID())
          && jws.verify(new Ed25519Verifier(key.jwk().toPublicJWK()));
    } catch (JOSEException | IllegalArgumentException _) {
      return false;
    }
  }

  private JWSObject jws() {
    try {
      return JWSObject.parse(signature);
    } catch (ParseException e) {
      throw Failure.refused("The signature is no compact JWS, as leat sign writes it");
    }
  }
}
