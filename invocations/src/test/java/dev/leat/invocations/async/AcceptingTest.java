package dev.leat.invocations.async;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.contract.FunctionName;
import dev.leat.contract.FunctionRef;
import dev.leat.contract.Headers;
import dev.leat.contract.HttpCall;
import dev.leat.contract.ModuleDigest;
import dev.leat.contract.Origin;
import dev.leat.contract.TenantId;
import dev.leat.contract.VersionRef;
import dev.leat.invocations.async.AsyncStore.Backlog;
import dev.leat.invocations.jdbi.InvocationsSchema;
import dev.leat.invocations.jdbi.JdbiAsyncStore;
import dev.leat.invocations.jdbi.LargeBodies;
import dev.leat.store.StoreFailure;
import dev.leat.store.StoreSchema;
import dev.leat.store.blob.Blobs;
import dev.leat.store.blob.FileBlobs;
import dev.leat.testkit.Eventually;
import dev.leat.testkit.TestDatabase;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What large bodies cost others while they are accepted, over a real queue. */
@Timeout(60)
final class AcceptingTest {
  private static final TenantId ACME = new TenantId("acme");
  private static final TenantId HOSTILE = new TenantId("hostile");
  private static final byte[] SMALL = {1};
  private static final int LARGE_BYTES = AsyncStore.INLINE_BYTES_MAX + 1;

  private final TestDatabase database = TestDatabase.h2();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final CountDownLatch release = new CountDownLatch(1);
  private final AtomicInteger hanging = new AtomicInteger();
  @TempDir private Path directory;
  private final AtomicInteger asked = new AtomicInteger();
  private final AtomicLong nanos = new AtomicLong();
  private volatile boolean isAway;
  private LargeBodies bodies;
  private AsyncStore store;
  private Accepting accepting;
  private volatile boolean isDeleted;
  private volatile int room = 1_000;
  private int made;

  /** Files; bodies of zeros hang until a test lets them go on, and all fail while it is away. */
  private final class Scripted implements Blobs {
    private final FileBlobs files = new FileBlobs(directory);

    @Override
    public void put(String name, byte[] bytes) {
      asked.incrementAndGet();
      if (isAway) {
        throw new StoreFailure("Storing", true, new IOException("away"));
      }
      if (bytes[0] == 0) {
        hanging.incrementAndGet();
        await();
        hanging.decrementAndGet();
      }
      files.put(name, bytes);
    }

    @Override
    public String place() {
      return "files";
    }

    @Override
    public Optional<byte[]> load(String name, int bytesMax) {
      return files.load(name, bytesMax);
    }

    @Override
    public void delete(String name) {
      files.delete(name);
    }

    private void await() {
      try {
        release.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @BeforeEach
  void start() {
    StoreSchema.migrate(database.dataSource());
    InvocationsSchema.migrate(database.dataSource());
    bodies = new LargeBodies(database.dataSource(), Optional.of(new Scripted()));
    store = new JdbiAsyncStore(database.dataSource(), bodies);
    accepting =
        new Accepting(
            store,
            new BodiesAhead(bodies, threads, nanos::get),
            tenant -> new Backlog(room, Long.MAX_VALUE),
            tenant -> !isDeleted,
            () -> {});
    accepting.start();
  }

  @AfterEach
  void stop() {
    release.countDown();
    threads.close();
    accepting.close();
    assertThat(store.account(Optional.empty()).missing()).isZero();
    database.close();
  }

  @Test
  void blobStoreThatHangs_holdsUpNoSmallOne_andNoOtherTenantsLargeOne() {
    List<CompletableFuture<Acceptance>> stuck =
        IntStream.range(0, 100).mapToObj(i -> accept(HOSTILE, new byte[LARGE_BYTES])).toList();
    Eventually.holds("it has its places", () -> hanging.get() == 8);

    assertThat(accept(HOSTILE, SMALL).join()).isInstanceOf(Acceptance.Accepted.class);
    assertThat(accept(ACME, large()).join()).isInstanceOf(Acceptance.Accepted.class);
    Eventually.holds(
        "those that found no place are in the database",
        () -> stuck.stream().filter(CompletableFuture::isDone).count() == 92);
    assertThat(hanging).hasValue(8);

    release.countDown();
    assertThat(stuck).allMatch(it -> it.join() instanceof Acceptance.Accepted);
  }

  @Test
  void blobStoreThatIsAway_leavesTheBodyToTheDatabase() {
    isAway = true;
    assertThat(accept(ACME, large()).join()).isInstanceOf(Acceptance.Accepted.class);
    isAway = false;
    assertThat(accept(ACME, large()).join()).isInstanceOf(Acceptance.Accepted.class);
    assertThat(asked).as("it is left alone for a while").hasValue(1);
    nanos.addAndGet(BodiesAhead.REST.toNanos());
    assertThat(accept(ACME, large()).join()).isInstanceOf(Acceptance.Accepted.class);
    assertThat(asked).hasValue(2);

    assertThat(store.body(ACME, "00000000")).contains(large());
    assertThat(bodies.remove(10)).as("what was noted and not put is for later").isZero();
  }

  @Test
  void refused_writesNothing() {
    room = 0;
    assertThat(accept(ACME, large()).join()).isInstanceOf(Acceptance.BacklogFull.class);

    assertThat(asked).as("it was not even kept").hasValue(0);
  }

  @Test
  void tenantThatHasGone_isKeptNothingOf() {
    isDeleted = true;

    assertThat(accept(ACME, large()).join()).isInstanceOf(Acceptance.Overloaded.class);

    assertThat(asked).hasValue(0);
  }

  private static byte[] large() {
    byte[] large = new byte[LARGE_BYTES];
    Arrays.fill(large, (byte) 1);
    return large;
  }

  private CompletableFuture<Acceptance> accept(TenantId tenant, byte[] body) {
    CompletableFuture<Acceptance> told = new CompletableFuture<>();
    accepting.accept(
        new NewInvocation(
            "%08d".formatted(made++),
            new VersionRef(
                new FunctionRef(tenant, new FunctionName("f")), 1, ModuleDigest.of(SMALL)),
            new HttpCall("POST", "", null, Headers.NONE, body),
            Origin.ANONYMOUS,
            Duration.ofHours(1),
            Optional.empty(),
            Optional.empty(),
            0),
        told::complete);
    return told;
  }
}
