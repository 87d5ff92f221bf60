package dev.leat.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.leat.contract.Answer;
import dev.leat.contract.ModuleDigest;
import dev.leat.contract.Problem;
import dev.leat.registry.key.Signatures;
import dev.leat.registry.key.Statement;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;

/**
 * A module with its publisher's signature, made and checked by the platform's own rules.
 *
 * @param content the module's bytes, not to be changed
 * @param signature a compact JWS over a {@link Statement}
 */
record SignedModule(byte[] content, String signature) {
  /** How every module begins: a magic number and version 1 (WebAssembly Core 2.0, 5.5.16). */
  private static final byte[] PREAMBLE = {0, 'a', 's', 'm', 1, 0, 0, 0};

  /** How every component begins. */
  private static final byte[] COMPONENT = {0, 'a', 's', 'm', 0x0d, 0, 1, 0};

  private static final Signatures SIGNATURES = new Signatures(InstantSource.system());

  /** Signs a module. */
  static SignedModule sign(
      byte[] content, String name, String version, PublisherJwk key, Instant now) {
    if (!key.jwk().isPrivate()) {
      throw Failure.refused(
          "Key '%s' has no private part, which signing needs: give the file that leat key generate wrote"
              .formatted(key.id()));
    }
    try {
      Statement statement =
          new Statement(name, version, ModuleDigest.of(content), content.length, now);
      return new SignedModule(content, Signatures.sign(key.jwk(), statement));
    } catch (IllegalArgumentException e) {
      throw Failure.usage("This cannot be signed: " + e.getMessage());
    }
  }

  /** Refuses what is no module: nobody should put a name to it. */
  static byte[] requireModule(Path file, byte[] content) {
    if (startsWith(content, PREAMBLE)) {
      return content;
    }
    String instead =
        startsWith(content, COMPONENT)
            ? "it is a component, which this version does not run; build a core module"
            : new String(content, 0, Math.min(content.length, 64), StandardCharsets.UTF_8)
                    .stripLeading()
                    .startsWith("(module")
                ? "it is the text format; make a binary of it, with wat2wasm for example"
                : "it does not begin with the bytes 00 61 73 6d 01 00 00 00";
    throw Failure.refused("File '%s' is no WebAssembly module: %s".formatted(file, instead));
  }

  private static boolean startsWith(byte[] content, byte[] start) {
    return content.length >= start.length
        && Arrays.equals(content, 0, start.length, start, 0, start.length);
  }

  /** Reads a module's signature. */
  static SignedModule read(Path module, byte[] content, Path signature) {
    if (!Files.exists(signature)) {
      throw Failure.refused(
          "Module '%s' is not signed: there is no '%s'. Sign it: leat sign %s --name NAME --version VERSION"
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
    return require(SIGNATURES.keyId(signature));
  }

  /** What the key's owner said about this module, if it is true. */
  Statement verify(String keyId, String x) {
    Statement statement = require(SIGNATURES.verify(signature, keyId, x));
    if (!statement.digest().equals(digest()) || statement.size() != content.length) {
      throw Failure.refused(
          "The module is not the one that was signed: it is %s with %d bytes, the statement is about %s with %d"
              .formatted(digest(), content.length, statement.digest(), statement.size()));
    }
    return statement;
  }

  /** A statement as it is printed. */
  static ObjectNode describe(Statement statement, String keyId) {
    return Json.object()
        .put("name", statement.name())
        .put("version", statement.version())
        .put("digest", statement.digest().toString())
        .put("size", statement.size())
        .put("issuedAt", statement.issuedAt().toString())
        .put("keyId", keyId);
  }

  private static <T> T require(Answer<T> answer) {
    return switch (answer) {
      case Answer.Done<T>(T value) -> value;
      case Answer.Refused<T>(Problem problem) ->
          throw Failure.refused(problem.detail(), problem.findings());
    };
  }
}
