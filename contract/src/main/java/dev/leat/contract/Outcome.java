package dev.leat.contract;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * How an invocation ended. Every ending is listed here; whoever answers a caller switches over all
 * of them.
 */
public sealed interface Outcome {
  /** What the invocation used, whichever its ending. */
  Usage usage();

  /** The word under which the ending is counted and recorded. */
  String word();

  /**
   * The function answered, be it with an error status of its own.
   *
   * @param status 100 to 599, as the guest set it
   * @param headers in the order set
   */
  record Responded(int status, List<Map.Entry<String, String>> headers, byte[] body, Usage usage)
      implements Outcome {
    @Override
    public String word() {
      return "responded";
    }
  }

  /** The guest said that it failed; the message is the guest's own. */
  record GuestFailed(String message, Usage usage) implements Outcome {
    @Override
    public String word() {
      return "failed";
    }
  }

  /** The guest broke a rule: a trap, or a result outside its memory. */
  record Trapped(String reason, Usage usage) implements Outcome {
    @Override
    public String word() {
      return "trapped";
    }
  }

  /** The guest ran longer than it may. */
  record TimedOut(Duration limit, Usage usage) implements Outcome {
    @Override
    public String word() {
      return "timeout";
    }
  }

  /** The guest used up its fuel. */
  record FuelExhausted(long limit, Usage usage) implements Outcome {
    @Override
    public String word() {
      return "fuel-exhausted";
    }
  }

  /** The guest needed more memory than it may have. */
  record MemoryExceeded(long limitBytes, Usage usage) implements Outcome {
    @Override
    public String word() {
      return "memory-exceeded";
    }
  }

  /** The response was larger than the function's limit. */
  record ResponseTooLarge(long bytes, long limitBytes, Usage usage) implements Outcome {
    @Override
    public String word() {
      return "response-too-large";
    }
  }

  /** Nobody waited for the answer any more. */
  record Cancelled(Usage usage) implements Outcome {
    @Override
    public String word() {
      return "cancelled";
    }
  }

  /** No room: nothing ran, and trying again later can help. */
  record Overloaded(String reason, Duration retryAfter) implements Outcome {
    @Override
    public Usage usage() {
      return Usage.NONE;
    }

    @Override
    public String word() {
      return "overloaded";
    }
  }

  /**
   * The function cannot be run here: its module is missing, altered or refuses its configuration.
   */
  record Unrunnable(String reason, Usage usage) implements Outcome {
    @Override
    public String word() {
      return "unrunnable";
    }
  }
}
