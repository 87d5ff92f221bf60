package dev.leat.engine.chicory;

import com.dylibso.chicory.wasm.Version;
import dev.leat.contract.ModuleDigest;
import dev.leat.engine.ClassStore;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import javax.crypto.Mac;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compiled modules in a {@link ClassStore}, each under a MAC over the module's digest, the format
 * and the bytes: what was altered, or belongs to another module or format, is as if it were not
 * there.
 */
final class SealedClasses {
  /** Named after all that the classes depend on. */
  static final String FORMAT = "chicory-" + Version.version() + "-fuel-" + GuestCodePass.VERSION;

  private static final Logger LOG = LoggerFactory.getLogger(SealedClasses.class);
  private static final String ALGORITHM = "HmacSHA256";
  private static final int MAC_BYTES = 32;

  private final ClassStore store;
  private final LongAdder altered = new LongAdder();

  SealedClasses(ClassStore store) {
    this.store = store;
  }

  /** How often what the store gave had been altered. */
  long altered() {
    return altered.sum();
  }

  Optional<CompiledModule> load(ModuleDigest module) {
    return store.load(module, FORMAT).flatMap(sealed -> open(module, sealed));
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

  private Optional<CompiledModule> open(ModuleDigest module, byte[] sealed) {
    if (sealed.length > MAC_BYTES) {
      byte[] encoded = Arrays.copyOfRange(sealed, MAC_BYTES, sealed.length);
      if (MessageDigest.isEqual(mac(module, encoded), Arrays.copyOf(sealed, MAC_BYTES))) {
        return Optional.of(CompiledModule.decode(encoded));
      }
    }
    altered.increment();
    LOG.warn("Stored classes were altered; the module is compiled anew module={}", module);
    return Optional.empty();
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
