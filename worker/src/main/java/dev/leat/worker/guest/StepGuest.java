package dev.leat.worker.guest;

import dev.leat.contract.FunctionVersion;
import dev.leat.contract.Outcome;
import dev.leat.engine.GuestInstance;
import dev.leat.engine.HostFunction;
import dev.leat.engine.StackRoom;
import dev.leat.worker.capability.GuestBuffer;
import dev.leat.worker.capability.GuestText;
import dev.leat.worker.capability.HostCode;
import dev.leat.worker.capability.LentPowers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The contract {@code step}: a job's context in, what comes of it out, both JSON objects. Over HTTP
 * the body is the context, and the answer has the context as the step left it.
 */
final class StepGuest extends InstanceGuest {
  /** Reading a byte takes 1-10 ns, about what the guest does for so many units. */
  static final int FUEL_PER_BYTE = 32;

  static final List<HostFunction> HOST_FUNCTIONS =
      Stream.of("job", "env", "leat")
          .flatMap(module ->
              Stream.of(
                  new HostFunction(module, "get_context", "(i32,i32)->i64", StepGuest::getContext),
                  new HostFunction(
                      module, "set_context", "(i32,i32,i32,i32)->i32", StepGuest::setContext)))
          .toList();

  private static final byte[] NO_OBJECT =
      "{\"output\":{},\"next\":null,\"errors\":[\"The context must be a JSON object of at most 10,000 members\"]}"
          .getBytes(StandardCharsets.US_ASCII);

  private final Buffers buffers;
  private final int step;

  StepGuest(FunctionVersion version, LentPowers lent, CpuTurns turns, GuestInstance instance) {
    super(version, lent, turns, instance);
    this.buffers = new Buffers(instance);
    this.step = instance.function("step");
  }

  @Override
  Outcome call(Running running) {
    byte[] body = running.invocation().input().body();
    instance().charge((long) body.length * FUEL_PER_BYTE);
    running.respondWith("content-type", "application/json");
    Optional<StepContext> context = StepContext.of(body);
    if (context.isEmpty()) {
      running.respondWith(400);
      return responded(running, NO_OBJECT);
    }
    running.begin(context.get());
    byte[] given = body.length == 0 ? "{}".getBytes(StandardCharsets.US_ASCII) : body;
    long packed = instance().call(step, buffers.give(given), given.length);
    if (packed == 0 || packed == Buffers.FAILED) {
      return new Outcome.GuestFailed("The step reported a failure", running.usage());
    }
    if (Buffers.length(packed) > version().limits().responseBytes()) {
      return tooLarge(running, Buffers.length(packed));
    }
    instance().charge(Buffers.length(packed) * FUEL_PER_BYTE);
    return StepAnswer.of(buffers.take(packed))
        .map(answer -> answered(running, answer.with(context.get())))
        .orElseGet(() ->
            new Outcome.GuestFailed(
                "The step's answer must be a JSON object of output (an object), next (null, a"
                    + " name or a list of names) and errors (a list)",
                running.usage()));
  }

  private Outcome answered(Running running, byte[] answer) {
    return answer.length > version().limits().responseBytes()
        ? tooLarge(running, answer.length)
        : responded(running, answer);
  }

  /** {@code get_context(key, klen)}: the JSON of a member, or 0. */
  private static long getContext(GuestInstance guest, long[] a) {
    StepContext context = Running.on(guest).context();
    byte[] json = context == null ? null : context.get(key(guest, a));
    return json == null ? 0 : GuestBuffer.give(guest, json);
  }

  /** {@code set_context(key, klen, json, jlen)}. */
  private static long setContext(GuestInstance guest, long[] a) {
    StepContext context = Running.on(guest).context();
    String key = key(guest, a);
    if (Integer.compareUnsigned((int) a[3], StepContext.BYTES_MAX) > 0) {
      return HostCode.TOO_LARGE;
    }
    guest.charge((long) (int) a[3] * FUEL_PER_BYTE);
    byte[] json = guest.memory().read((int) a[2], (int) a[3]);
    if (context == null || key.isEmpty() || key.length() > StepContext.KEY_CHARS_MAX) {
      return HostCode.INVALID;
    }
    StackRoom.forALogLine();
    return switch (context.set(key, json)) {
      case DONE -> HostCode.DONE;
      case INVALID -> HostCode.INVALID;
      case TOO_LARGE -> HostCode.TOO_LARGE;
    };
  }

  /** One character more than may be: what is longer is none, and not cut. */
  private static String key(GuestInstance guest, long[] a) {
    return GuestText.read(guest, a[0], a[1], 4 * StepContext.KEY_CHARS_MAX + 1);
  }
}
