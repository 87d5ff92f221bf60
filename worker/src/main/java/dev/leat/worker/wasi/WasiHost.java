package dev.leat.worker.wasi;

import dev.leat.contract.GuestContract;
import dev.leat.engine.GuestInstance;
import dev.leat.engine.GuestMemory;
import dev.leat.engine.GuestStopped;
import dev.leat.engine.HostFunction;
import dev.leat.engine.WasiFunctions;
import dev.leat.worker.capability.clock.GuestClock;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The functions of WASI preview 1 (wasi_snapshot_preview1.witx). Standard streams, arguments,
 * environment, clocks and random bytes work; there are no files and no sockets, and their functions
 * answer the errno that the specification gives for that.
 */
public final class WasiHost {
  private static final int SUCCESS = 0;
  private static final int BADF = 8;
  private static final int INVAL = 28;
  private static final int NOSYS = 52;
  private static final int NOTDIR = 54;
  private static final int NOTSOCK = 57;
  private static final int SPIPE = 70;

  private static final int STDIN = 0;
  private static final int STDOUT = 1;
  private static final int STDERR = 2;

  /** fd_read and fd_write together with the calls that a pipe allows. */
  private static final long STREAM_RIGHTS = 0x42 | 0x08000000L;

  private static final int FILESTAT_BYTES = 64;
  private static final int FILESTAT_LINKS = 24;

  private static final int IOVECS_MAX = 1_024;
  private static final int SUBSCRIPTIONS_MAX = 1_024;
  private static final int SUBSCRIPTION_BYTES = 48;
  private static final int EVENT_BYTES = 32;
  private static final int CLOCK_EVENT = 0;
  private static final int FD_WRITE_EVENT = 2;

  /** What the host reads at once for a guest; the budget is looked at in between. */
  private static final int CHUNK_BYTES = 65_536;

  /** Sleeping occupies a guest thread, so each millisecond costs about what running does. */
  private static final long FUEL_PER_SLEPT_MILLI = 100_000;

  private static final Map<String, HostFunction.Body> OFFERED =
      Map.ofEntries(
          Map.entry("args_get", (g, a) -> copy(g, WasiProcess.of(g).arguments(), a)),
          Map.entry("args_sizes_get", (g, a) -> sizes(g, WasiProcess.of(g).arguments(), a)),
          Map.entry("environ_get", (g, a) -> copy(g, WasiProcess.of(g).environment(), a)),
          Map.entry("environ_sizes_get", (g, a) -> sizes(g, WasiProcess.of(g).environment(), a)),
          Map.entry("fd_close", (g, a) -> isStream(a[0]) ? SUCCESS : BADF),
          Map.entry("fd_fdstat_get", WasiHost::streamStatus),
          Map.entry("fd_fdstat_set_flags", (g, a) -> isStream(a[0]) ? SUCCESS : BADF),
          Map.entry("fd_filestat_get", WasiHost::streamAttributes),
          Map.entry("fd_pread", (g, a) -> isStream(a[0]) ? SPIPE : BADF),
          Map.entry("fd_pwrite", (g, a) -> isStream(a[0]) ? SPIPE : BADF),
          Map.entry("fd_read", WasiHost::read),
          Map.entry("fd_write", WasiHost::write),
          Map.entry("fd_seek", (g, a) -> isStream(a[0]) ? SPIPE : BADF),
          Map.entry("fd_tell", (g, a) -> isStream(a[0]) ? SPIPE : BADF),
          Map.entry("fd_sync", (g, a) -> isStream(a[0]) ? INVAL : BADF),
          Map.entry("fd_datasync", (g, a) -> isStream(a[0]) ? INVAL : BADF),
          Map.entry("poll_oneoff", WasiHost::poll),
          Map.entry("proc_exit", WasiHost::exit),
          Map.entry("proc_raise", (g, a) -> NOSYS),
          Map.entry("sched_yield", (g, a) -> SUCCESS));

  /** Those of the powers clock and random. */
  private static final Set<String> ELSEWHERE =
      Set.of("clock_res_get", "clock_time_get", "random_get");

  /** Every other function of preview 1, offered or refused. */
  public static final List<HostFunction> HOST_FUNCTIONS =
      new TreeMap<>(WasiFunctions.all())
          .entrySet().stream()
              .filter(function -> !ELSEWHERE.contains(function.getKey()))
              .map(function ->
                  new HostFunction(
                      GuestContract.WASI_MODULE,
                      function.getKey(),
                      function.getValue(),
                      OFFERED.getOrDefault(function.getKey(), refusal(function.getKey()))))
              .toList();

  private WasiHost() {}

  private static HostFunction.Body refusal(String name) {
    int ofStreams = name.startsWith("sock_") ? NOTSOCK : name.startsWith("path_") ? NOTDIR : BADF;
    int descriptor = name.equals("path_symlink") ? 2 : 0;
    return (guest, a) -> isStream(a[descriptor]) ? ofStreams : BADF;
  }

  private static boolean isStream(long descriptor) {
    return descriptor >= STDIN && descriptor <= STDERR;
  }

  /** Writes the strings' pointers at a[0], and the strings, each ended by 0, at a[1]. */
  private static long copy(GuestInstance guest, List<byte[]> strings, long[] a) {
    GuestMemory memory = guest.memory();
    int pointers = (int) a[0];
    int at = (int) a[1];
    for (byte[] string : strings) {
      memory.writeI32(pointers, at);
      memory.write(at, string, 0, string.length);
      memory.writeByte(at + string.length, (byte) 0);
      pointers += Integer.BYTES;
      at += string.length + 1;
    }
    return SUCCESS;
  }

  private static long sizes(GuestInstance guest, List<byte[]> strings, long[] a) {
    guest.memory().writeI32((int) a[0], strings.size());
    guest
        .memory()
        .writeI32((int) a[1], strings.stream().mapToInt(string -> string.length + 1).sum());
    return SUCCESS;
  }

  private static long streamStatus(GuestInstance guest, long[] a) {
    if (!isStream(a[0])) {
      return BADF;
    }
    int status = (int) a[1];
    // File type "unknown": a terminal would make libc flush after each line.
    guest.memory().writeLong(status, 0);
    guest.memory().writeLong(status + 8, STREAM_RIGHTS);
    guest.memory().writeLong(status + 16, 0);
    return SUCCESS;
  }

  /** A stream has no attributes but that it is there: of unknown type, one link, no size. */
  private static long streamAttributes(GuestInstance guest, long[] a) {
    if (!isStream(a[0])) {
      return BADF;
    }
    byte[] attributes = new byte[FILESTAT_BYTES];
    attributes[FILESTAT_LINKS] = 1;
    guest.memory().write((int) a[1], attributes, 0, attributes.length);
    return SUCCESS;
  }

  private static long read(GuestInstance guest, long[] a) {
    if (a[0] != STDIN) {
      return BADF;
    }
    int vectors = (int) a[2];
    if (vectors < 0 || vectors > IOVECS_MAX) {
      return INVAL;
    }
    GuestMemory memory = guest.memory();
    int total = 0;
    for (int i = 0; i < vectors; i++) {
      int vector = (int) a[1] + i * 8;
      int length = memory.readInt(vector + 4);
      byte[] next = WasiProcess.of(guest).read(length < 0 ? Integer.MAX_VALUE : length);
      memory.write(memory.readInt(vector), next, 0, next.length);
      total += next.length;
    }
    memory.writeI32((int) a[3], total);
    return SUCCESS;
  }

  private static long write(GuestInstance guest, long[] a) {
    if (a[0] != STDOUT && a[0] != STDERR) {
      return BADF;
    }
    int vectors = (int) a[2];
    if (vectors < 0 || vectors > IOVECS_MAX) {
      return INVAL;
    }
    WasiProcess process = WasiProcess.of(guest);
    WasiProcess.Sink sink = a[0] == STDOUT ? process.output() : process.errors();
    GuestMemory memory = guest.memory();
    int total = 0;
    for (int i = 0; i < vectors; i++) {
      int vector = (int) a[1] + i * 8;
      int pointer = memory.readInt(vector);
      int length = memory.readInt(vector + 4);
      if (length < 0) {
        return INVAL;
      }
      for (int done = 0; done < length; done += CHUNK_BYTES) {
        int chunk = Math.min(CHUNK_BYTES, length - done);
        guest.charge(chunk);
        sink.write(memory.read(pointer + done, chunk));
      }
      total += length;
    }
    memory.writeI32((int) a[3], total);
    return SUCCESS;
  }

  private static long exit(GuestInstance guest, long[] a) {
    throw GuestStopped.exited((int) a[0]);
  }

  /** Sleeps until the earliest clock; streams are always ready. */
  private static long poll(GuestInstance guest, long[] a) {
    int subscriptions = (int) a[2];
    if (subscriptions < 1 || subscriptions > SUBSCRIPTIONS_MAX) {
      return INVAL;
    }
    GuestMemory memory = guest.memory();
    GuestClock clock = WasiProcess.of(guest).clock();
    long[] waits = new long[subscriptions];
    long wait = Long.MAX_VALUE;
    for (int i = 0; i < subscriptions; i++) {
      int subscription = (int) a[0] + i * SUBSCRIPTION_BYTES;
      if (Byte.toUnsignedInt(memory.read(subscription + 8)) > FD_WRITE_EVENT) {
        return INVAL;
      }
      waits[i] = waitNanos(memory, subscription, clock);
      wait = Math.min(wait, waits[i]);
    }
    sleep(guest, wait);
    clock.slept(wait);
    int events = 0;
    for (int i = 0; i < subscriptions; i++) {
      if (waits[i] <= wait) {
        int subscription = (int) a[0] + i * SUBSCRIPTION_BYTES;
        int event = (int) a[1] + events++ * EVENT_BYTES;
        long userData = memory.readLong(subscription);
        long type = Byte.toUnsignedLong(memory.read(subscription + 8));
        long error = pollError(memory, subscription);
        memory.writeLong(event, userData);
        memory.writeLong(event + 8, type << 16 | error);
        memory.writeLong(event + 16, 0);
        memory.writeLong(event + 24, 0);
      }
    }
    memory.writeI32((int) a[3], events);
    return SUCCESS;
  }

  /** What is wrong with a subscription: a clock or a stream that does not exist. */
  private static int pollError(GuestMemory memory, int subscription) {
    long source = Integer.toUnsignedLong(memory.readInt(subscription + 16));
    if (memory.read(subscription + 8) == CLOCK_EVENT) {
      return GuestClock.exists(source) ? SUCCESS : INVAL;
    }
    return isStream(source) ? SUCCESS : BADF;
  }

  /** 0 for what is ready, as a mistake is. */
  private static long waitNanos(GuestMemory memory, int subscription, GuestClock clock) {
    if (memory.read(subscription + 8) != CLOCK_EVENT
        || pollError(memory, subscription) != SUCCESS) {
      return 0;
    }
    long now = clock.nanos(Integer.toUnsignedLong(memory.readInt(subscription + 16)));
    long timeout = memory.readLong(subscription + 24);
    boolean isAbsolute = (memory.readInt(subscription + 40) & 1) != 0;
    return Math.max(0, isAbsolute ? timeout - now : timeout);
  }

  /**
   * In steps of a millisecond, each of which sees the deadline and a cancellation. What it costs
   * depends on the time that was asked for alone, not on when the system wakes the thread.
   */
  private static void sleep(GuestInstance guest, long nanos) {
    long started = System.nanoTime();
    for (long slept = 0; slept < nanos; ) {
      guest.charge(FUEL_PER_SLEPT_MILLI);
      slept += Math.min(nanos - slept, 1_000_000);
      guest.restUntil(started + slept);
    }
  }
}
