package dev.leat.invocations.jdbi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.leat.contract.FunctionName;
import dev.leat.contract.FunctionRef;
import dev.leat.contract.Headers;
import dev.leat.contract.HttpCall;
import dev.leat.contract.ModuleDigest;
import dev.leat.contract.Origin;
import dev.leat.contract.Outcome;
import dev.leat.contract.TenantId;
import dev.leat.contract.Usage;
import dev.leat.contract.VersionRef;
import dev.leat.invocations.async.AsyncStore;
import dev.leat.invocations.async.AsyncStore.Backlog;
import dev.leat.invocations.async.NewInvocation;
import dev.leat.invocations.async.QueuedInvocation;
import dev.leat.invocations.async.Settled;
import dev.leat.store.Database;
import dev.leat.store.StoreFailure;
import dev.leat.store.StoreSchema;
import dev.leat.store.blob.FileBlobs;
import dev.leat.testkit.TestDatabase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The laws of bodies that are in a blob store, here in files; on both databases. */
abstract class LargeBodiesContract {
  private static final TenantId ACME = new TenantId("acme");
  private static final TenantId OTHER = new TenantId("other");
  private static final Duration HOUR = Duration.ofHours(1);
  private static final Usage USED = new Usage(42, 0, 0, Usage.Acquire.WARM, 0, 0, 0, 0);
  private static final long ME = 7;
  private static final long ANOTHER = 8;
  private static final byte[] LARGE = bytes('x');
  private static final byte[] ANSWER = bytes('y');

  private final TestDatabase database;
  @TempDir private Path directory;
  private LargeBodies bodies;
  private AsyncStore store;
  private int made;

  LargeBodiesContract(TestDatabase database) {
    this.database = database;
  }

  @BeforeEach
  void open() {
    StoreSchema.migrate(database.dataSource());
    InvocationsSchema.migrate(database.dataSource());
    FileBlobs files = new FileBlobs(directory);
    files.start();
    bodies = new LargeBodies(database.dataSource(), Optional.of(files));
    store = new JdbiAsyncStore(database.dataSource(), bodies);
  }

  @AfterEach
  void close() {
    database.close();
  }

  @Test
  void isKeptAhead_onlyWhatIsTooLargeForARow_andOnlyWithABlobStore() {
    assertThat(bodies.isKeptAhead(LARGE)).isTrue();
    assertThat(bodies.isKeptAhead(new byte[AsyncStore.INLINE_BYTES_MAX])).isFalse();
    assertThat(LargeBodies.inTable(database.dataSource()).isKeptAhead(LARGE)).isFalse();
  }

  @Test
  void inputAndAnswer_areInTheBlobStore_untilTheirRowsAreGone() {
    accept(kept(ACME));
    QueuedInvocation taken = take(ME);
    assertThat(taken.hasLargeBody()).isTrue();
    assertThat(store.body(ACME, taken.id())).contains(LARGE);
    assertThat(store.body(OTHER, taken.id())).isEmpty();
    assertThat(inTable()).isZero();

    settle(ME, answered(taken, Duration.ofMillis(-1)));

    assertThat(bodies.remove(10)).isEqualTo(1);
    assertThat(files()).isEqualTo(1);
    assertThat(store.result(ACME, taken.id()).orElseThrow().body()).isEqualTo(ANSWER);
    assertThat(inTable()).isZero();

    assertThat(store.prune(10)).isEqualTo(1);
    assertThat(bodies.remove(10)).isEqualTo(1);
    assertThat(files()).isZero();
    assertThat(bodies.remove(10)).isZero();
  }

  @Test
  void deadLetter_keepsItsBody_forWhenItIsRedriven() {
    accept(kept(ACME));
    QueuedInvocation taken = take(ME);
    settle(ME, new Settled.GivenUp(taken, true, "timeout", "", 0, HOUR, Optional.empty()));
    JdbiDeadLetterStore letters = new JdbiDeadLetterStore(database.dataSource());
    assertThat(bodies.remove(10)).isZero();

    letters.redrive(
        ACME, List.of(new JdbiDeadLetterStore.Redrive(taken.id(), taken.version(), HOUR)));

    QueuedInvocation again = take(ME);
    assertThat(store.body(ACME, again.id())).contains(LARGE);
    settle(ME, new Settled.GivenUp(again, true, "timeout", "", 0, HOUR, Optional.empty()));
    letters.purge(ACME, List.of(taken.id()));
    assertThat(bodies.remove(10)).isEqualTo(1);
    assertThat(files()).isZero();
  }

  @Test
  void cancelledWhileQueued_givesItsBodyUp() {
    NewInvocation wish = kept(ACME);
    accept(wish);

    store.cancel(ACME, wish.id());

    assertThat(bodies.remove(10)).isEqualTo(1);
    assertThat(files()).isZero();
  }

  @Test
  void whatWasNotClaimed_isRemovedAfterAnHour_andAtOnceWhenNobodyWill() {
    String forgotten = bodies.keep(ACME, LARGE);
    String refused = bodies.keep(ACME, LARGE);
    bodies.discard(refused);

    assertThat(bodies.remove(10)).isEqualTo(1);
    assertThat(files()).isEqualTo(1);

    anHourLater(forgotten);
    assertThat(bodies.remove(10)).isEqualTo(1);
    assertThat(files()).isZero();
  }

  /** Nobody knew whether it was accepted, and it was. */
  @Test
  void discard_ofWhatARowHas_doesNothing() {
    NewInvocation wish = kept(ACME);
    accept(wish);

    bodies.discard(wish.kept().orElseThrow());

    assertThat(bodies.remove(10)).isZero();
    assertThat(store.body(ACME, take(ME).id())).contains(LARGE);
  }

  @Test
  void claimedTooLate_isInTheTable() {
    NewInvocation wish = kept(ACME);
    anHourLater(wish.kept().orElseThrow());

    accept(wish);

    assertThat(bodies.remove(10)).isEqualTo(1);
    assertThat(store.body(ACME, take(ME).id())).contains(LARGE);
  }

  /** A node that was paused until its lease was another's writes an answer. */
  @Test
  void answerOfALostOwner_isNobodys() {
    accept(kept(ACME));
    QueuedInvocation lost = take(ME);
    store.release(ME);
    QueuedInvocation taken = take(ANOTHER);
    settle(ME, answered(lost, HOUR));
    assertThat(store.result(ACME, lost.id())).isEmpty();

    settle(ANOTHER, answered(taken, HOUR));

    assertThat(store.result(ACME, taken.id()).orElseThrow().body()).isEqualTo(ANSWER);
  }

  @Test
  void alteredOrLost_isNotGiven_andSaidSo() throws IOException {
    accept(kept(ACME));
    String id = take(ME).id();
    Path file = paths().getFirst();
    Files.write(file, ANSWER);
    assertThatThrownBy(() -> store.body(ACME, id))
        .isInstanceOf(StoreFailure.class)
        .hasRootCauseMessage("The body %s was altered in the blob store", file.getFileName());
    Files.write(file, new byte[LARGE.length + 1]);
    assertThatThrownBy(() -> store.body(ACME, id))
        .hasRootCauseMessage("The body %s was altered in the blob store", file.getFileName());
    Files.delete(file);

    assertThatThrownBy(() -> store.body(ACME, id))
        .isInstanceOf(StoreFailure.class)
        .hasRootCauseMessage("The body %s is not in the blob store", file.getFileName());
  }

  @Test
  void otherConfiguration_findsWhatWasInTheTable_andSaysWhatIsElsewhere() {
    AsyncStore inTable =
        new JdbiAsyncStore(database.dataSource(), LargeBodies.inTable(database.dataSource()));
    accept(kept(ACME));
    accept(wish(OTHER, Optional.empty()));
    String elsewhere = take(ME).id();
    String here = take(ME).id();

    assertThat(store.body(OTHER, here)).contains(LARGE);
    assertThat(inTable.body(OTHER, here)).contains(LARGE);
    assertThatThrownBy(() -> inTable.body(ACME, elsewhere))
        .isInstanceOf(StoreFailure.class)
        .hasRootCauseMessage("A body is in files or a bucket, and 'blobs' says database");
    assertThat(LargeBodies.inTable(database.dataSource()).remove(10)).isZero();
  }

  @Test
  void forgetSome_leavesNoBodyOfATenant_andAllOfOthers() {
    accept(kept(ACME));
    bodies.keep(ACME, LARGE); // on its way
    accept(kept(OTHER));

    assertThat(store.forgetSome(ACME)).isFalse();

    assertThat(bodies.remove(10)).isEqualTo(2);
    assertThat(files()).isEqualTo(1);
    assertThat(store.body(OTHER, take(ME).id())).contains(LARGE);
  }

  @Test
  void remove_blobThatCannotBeDeleted_isTriedAgain_andHoldsUpNoOther() throws IOException {
    String stuck = bodies.keep(ACME, LARGE);
    bodies.discard(stuck);
    bodies.discard(bodies.keep(ACME, LARGE));
    Path file = paths().stream().filter(it -> it.endsWith(stuck)).findFirst().orElseThrow();
    Files.delete(file);
    Files.createDirectories(file.resolve("in the way"));

    assertThatThrownBy(() -> bodies.remove(10)).isInstanceOf(StoreFailure.class);

    assertThat(files()).isZero();
    Files.delete(file.resolve("in the way"));
    assertThat(bodies.remove(10)).isEqualTo(1);
    assertThat(bodies.remove(10)).isZero();
  }

  private NewInvocation kept(TenantId tenant) {
    return wish(tenant, Optional.of(bodies.keep(tenant, LARGE)));
  }

  private NewInvocation wish(TenantId tenant, Optional<String> kept) {
    return new NewInvocation(
        "%08d".formatted(made++),
        new VersionRef(
            new FunctionRef(tenant, new FunctionName("f")), 3, ModuleDigest.of(new byte[] {1})),
        new HttpCall("POST", "", null, Headers.NONE, LARGE),
        Origin.ANONYMOUS,
        HOUR,
        Optional.empty(),
        Optional.empty(),
        0,
        kept);
  }

  private void accept(NewInvocation wish) {
    store.accept(List.of(wish), LargeBodiesContract::room);
  }

  private static Backlog room(TenantId tenant) {
    return new Backlog(1_000, Long.MAX_VALUE);
  }

  private QueuedInvocation take(long owner) {
    return store
        .turn(owner, List.of(), LargeBodiesContract::room, List.of(), 1, "", tenant -> 1)
        .taken()
        .getFirst();
  }

  private void settle(long owner, Settled settled) {
    store.turn(owner, List.of(settled), LargeBodiesContract::room, List.of(), 0, "", tenant -> 0);
  }

  private Settled answered(QueuedInvocation of, Duration keep) {
    return new Settled.Answered(
        of,
        new Outcome.Responded(200, Headers.NONE, ANSWER, USED),
        keep,
        Optional.empty(),
        Optional.of(bodies.keep(of.tenant(), ANSWER)));
  }

  private void anHourLater(String name) {
    database.execute(
        "UPDATE async_blobs SET discard_at = CURRENT_TIMESTAMP WHERE name = '%s'".formatted(name));
  }

  private long inTable() {
    return new Database(database.dataSource())
        .read(
            "Counting",
            handle ->
                handle.createQuery("SELECT COUNT(*) FROM async_bodies").mapTo(Long.class).one());
  }

  private int files() {
    return paths().size();
  }

  private List<Path> paths() {
    try (Stream<Path> all = Files.walk(directory)) {
      return all.filter(Files::isRegularFile).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] bytes(char of) {
    byte[] bytes = new byte[AsyncStore.INLINE_BYTES_MAX + 1];
    Arrays.fill(bytes, (byte) of);
    return bytes;
  }
}
