package dev.leat.engine.chicory;

import com.dylibso.chicory.wasm.Version;
import dev.leat.contract.ModuleDigest;
import dev.leat.engine.ClassStore;
import dev.leat.engine.ModuleTampered;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Optional;
import javax.crypto.Mac;

/**
 * Compiled modules in a {@link ClassStore}, each under a MAC over the module's digest, the format
 * and the bytes: what was altered, or belongs to another module or format, is never given.
 */
final class SealedClasses {
  /** Named after all that the classes depend on. */
  static final String FORMAT = "chicory-" + Version.version() + "-fuel-" + GuestCodePass.VERSION;

  private static final String ALGORITHM = "HmacSHA256";
  private static final int MAC_BYTES = 32;

  private final ClassStore store;

  SealedClasses(ClassStore store) {
    this.store = store;
  }

  /**
   * What was saved, if anything was.
   *
   * @throws ModuleTampered if that was changed
   */
  Optional<CompiledModule> load(ModuleDigest module) {
    return store.load(module, FORMAT).map(sealed -> open(module, sealed));
  }

  void save(ModuleDigest module, CompiledModule compiled) {
    byte[] encoded = compiled.encode();
    byte[] sealed = Arrays.copyOf(mac(module, encoded), MAC_BYTES + encoded.length);
    System.arraycopy(encoded, 0, sealed, MAC_BYTES, encoded.length);
    store.save(module, FORMAT, sealed);
  }

  void delete(ModuleDigest module) {
    store.delete(module);
  }

  private CompiledModule open(ModuleDigest module, byte[] sealed) {
    if (sealed.length > MAC_BYTES) {
      byte[] encoded = Arrays.copyOfRange(sealed, MAC_BYTES, sealed.length);
      if (MessageDigest.isEqual(mac(module, encoded), Arrays.copyOf(sealed, MAC_BYTES))) {
        return CompiledModule.decode(encoded);
      }
    }
    throw new ModuleTampered(module, ModuleTampered.Part.CLASSES);
  }

  private byte[] mac(ModuleDigest module, byte[] encoded) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(store.key());
      mac.update(module.toString().getBytes(StandardCharsets.US_ASCII));
      mac.update(FORMAT.getBytes(StandardCharsets.US_ASCII));
      return mac.doFinal(encoded);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("Every Java platform has " + ALGORITHM, e);
    }
  }
}
