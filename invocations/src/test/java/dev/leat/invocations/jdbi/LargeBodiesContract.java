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
import dev.leat.invocations.async.Acceptance;
import dev.leat.invocations.async.AsyncStore;
import dev.leat.invocations.async.AsyncStore.Backlog;
import dev.leat.invocations.async.NewInvocation;
import dev.leat.invocations.async.QueuedInvocation;
import dev.leat.invocations.async.Settled;
import dev.leat.store.Database;
import dev.leat.store.StoreFailure;
import dev.leat.store.blob.Blobs;
import dev.leat.store.blob.FileBlobs;
import dev.leat.testkit.MigratedDatabases;
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
  static final MigratedDatabases DATABASES = new MigratedDatabases(InvocationsSchema::migrate);

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

  /** Its tenant was deleted meanwhile, and perhaps made again. */
  @Test
  void accept_whoseBodyWasGivenUp_isRefused() {
    NewInvocation wish = kept(ACME);
    store.forgetSome(ACME);

    assertThat(store.accept(List.of(wish), LargeBodiesContract::room))
        .containsExactly(new Acceptance.Overloaded());

    assertThat(bodies.remove(10)).isEqualTo(1);
    assertThat(store.account(Optional.empty()).accepted()).isZero();
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
        .isInstanceOfSatisfying(
            StoreFailure.class, failure -> assertThat(failure.isRetryable()).isFalse())
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
        .isInstanceOfSatisfying(
            StoreFailure.class, failure -> assertThat(failure.isRetryable()).isTrue())
        .hasRootCauseMessage("A body is in files; 'blobs' names another place");
    LargeBodies table = LargeBodies.inTable(database.dataSource());
    assertThat(table.remove(10)).isZero();
    assertThat(table.elsewhere()).containsExactly("files");
    assertThat(bodies.elsewhere()).isEmpty();
  }

  @Test
  void remove_leavesWhatIsInAnotherPlace() throws IOException {
    FileBlobs files = new FileBlobs(Files.createDirectory(directory.resolve("other")));
    files.start();
    LargeBodies other = new LargeBodies(database.dataSource(), Optional.of(new Elsewhere(files)));
    other.discard(other.keep(ACME, LARGE));

    assertThat(bodies.remove(10)).isZero();
    assertThat(bodies.elsewhere()).containsExactly("elsewhere");

    assertThat(other.remove(10)).isEqualTo(1);
    assertThat(files()).isZero();
  }

  private record Elsewhere(Blobs blobs) implements Blobs {
    @Override
    public String place() {
      return "elsewhere";
    }

    @Override
    public void put(String name, byte[] bytes) {
      blobs.put(name, bytes);
    }

    @Override
    public Optional<byte[]> load(String name, int bytesMax) {
      return blobs.load(name, bytesMax);
    }

    @Override
    public void delete(String name) {
      blobs.delete(name);
    }
  }

  /** What is removed within minutes may be under the remover's hands already. */
  @Test
  void answerThatWaitedForMostOfItsHour_isInTheTable() {
    accept(wish(ACME, Optional.empty()));
    QueuedInvocation taken = take(ME);
    Settled answered = answered(taken, HOUR);
    database.execute("UPDATE async_blobs SET discard_at = CURRENT_TIMESTAMP + INTERVAL '5' MINUTE");

    settle(ME, answered);

    assertThat(store.result(ACME, taken.id()).orElseThrow().body()).isEqualTo(ANSWER);
    assertThat(inTable()).isEqualTo(1);
  }

  @Test
  void whatFollowsAndHasNoRoom_isNobodys_atOnce() {
    accept(wish(ACME, Optional.empty()));
    QueuedInvocation taken = take(ME);
    Settled answered =
        new Settled.Answered(
            taken,
            new Outcome.Responded(200, Headers.NONE, ANSWER, USED),
            HOUR,
            Optional.of(kept(ACME)),
            Optional.empty());

    int omitted =
        store
            .turn(ME, List.of(answered), tenant -> new Backlog(0, 0), List.of(), 0, "", tenant -> 0)
            .omitted();

    assertThat(omitted).isEqualTo(1);
    assertThat(bodies.remove(10)).isEqualTo(1);
    assertThat(files()).isZero();
  }

  @Test
  void refusal_isWhatItWouldBeTold_andWritesNothing() {
    NewInvocation wish = wish(ACME, Optional.empty());
    assertThat(store.refusal(wish, LargeBodiesContract::room)).isEmpty();
    assertThat(store.refusal(wish, tenant -> new Backlog(0, 0)))
        .contains(new Acceptance.BacklogFull("async-backlog", 0));
    assertThat(store.account(Optional.empty()).accepted()).isZero();
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

    assertThatThrownBy(() -> bodies.remove(1)).isInstanceOf(StoreFailure.class);
    assertThat(bodies.remove(1)).as("the other comes first now").isEqualTo(1);

    assertThat(files()).isZero();
    Files.delete(file.resolve("in the way"));
    assertThat(bodies.remove(10)).as("not at once again").isZero();
    anHourLater(stuck);
    assertThat(bodies.remove(10)).isEqualTo(1);
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
