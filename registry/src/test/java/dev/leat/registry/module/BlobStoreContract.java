package dev.leat.registry.module;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.leat.contract.ModuleDigest;
import dev.leat.contract.StoredModule;
import dev.leat.engine.ModuleTampered;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.SortedSet;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The laws of {@link BlobStore}, by their numbers. */
public abstract class BlobStoreContract {
  /** More than any store keeps in one piece. */
  private static final int LARGE_BYTES = (5 << 20) + 1;

  private final byte[] bytes = "module".getBytes(StandardCharsets.UTF_8);
  private final ModuleDigest digest = ModuleDigest.of(bytes);
  private BlobStore store;

  protected abstract BlobStore newStore();

  /** The same store as another process finds it. */
  protected abstract BlobStore reopened();

  /** Changes the stored bytes behind the store's back. */
  protected abstract void alter(ModuleDigest stored);

  @BeforeEach
  void open() {
    store = newStore();
  }

  /** Property 21. */
  @Test
  void law1_put_outlivesTheProcess() {
    store.put(digest, bytes);

    assertThat(reopened().load(digest)).contains(bytes);
  }

  @Test
  void law2_load_givesTheBytesOrNothing() {
    assertThat(store.load(digest)).isEmpty();

    store.put(digest, bytes);

    assertThat(store.load(digest)).contains(bytes);
  }

  /** Properties 52 and 53. */
  @Test
  void law3_load_altered_isNotGiven() {
    store.put(digest, bytes);
    alter(digest);

    assertThatThrownBy(() -> store.load(digest))
        .isInstanceOf(ModuleTampered.class)
        .hasMessageContaining(digest.toString());
  }

  @Test
  void law2_load_aLargeModule_givesItsBytes() {
    byte[] large = new byte[LARGE_BYTES];
    new Random(1).nextBytes(large);
    store.put(ModuleDigest.of(large), large);

    assertThat(store.load(ModuleDigest.of(large)).orElseThrow()).isEqualTo(large);
  }

  @Test
  void law4_put_bytesOfAnotherDigest_isRefused() {
    assertThatThrownBy(() -> store.put(digest, new byte[] {1}))
        .isInstanceOf(IllegalArgumentException.class);

    assertThat(store.load(digest)).isEmpty();
  }

  @Test
  void law4_put_again_mendsAnAlteredCopy() {
    store.put(digest, bytes);
    alter(digest);

    store.put(digest, bytes);

    assertThat(store.load(digest)).contains(bytes);
  }

  @Test
  void law5_holds_isWhetherTheBytesCanBeLoaded() {
    assertThat(store.holds(digest)).isFalse();

    store.put(digest, bytes);
    assertThat(store.holds(digest)).isTrue();

    alter(digest);
    assertThat(store.holds(digest)).isFalse();
  }

  @Test
  void law7_stored_meetsEachOnce_alteredOrNot() {
    Instant before = Instant.now().minusSeconds(60);
    SortedSet<String> put = new TreeSet<>();
    for (int i = 0; i < 25; i++) {
      byte[] each = {(byte) i};
      store.put(ModuleDigest.of(each), each);
      put.add(ModuleDigest.of(each).toString());
    }
    alter(ModuleDigest.of(new byte[] {7}));

    List<String> met = new ArrayList<>();
    Optional<ModuleDigest> last = Optional.empty();
    for (List<StoredModule> page = store.stored(last, 10);
        !page.isEmpty();
        page = store.stored(last, 10)) {
      assertThat(page).hasSizeLessThanOrEqualTo(10);
      assertThat(page).allMatch(stored -> stored.at().isAfter(before));
      page.forEach(stored -> met.add(stored.digest().toString()));
      last = Optional.of(page.getLast().digest());
      store.delete(page.getFirst().digest()); // what was met may go meanwhile
    }

    assertThat(met).containsExactlyElementsOf(put);
  }

  @Test
  void law6_delete_removesTheBytes() {
    store.delete(digest);
    store.put(digest, bytes);
    store.delete(digest);

    assertThat(store.load(digest)).isEmpty();
  }
}
