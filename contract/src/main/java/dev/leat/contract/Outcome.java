package dev.leat.contract;

import java.time.Duration;
import java.util.List;

/**
 * How an invocation ended. Every ending is listed here; whoever answers a caller switches over all
 * of them.
 */
public sealed interface Outcome {
  /** What the invocation used, whichever its ending. */
  Usage usage();

  /** The word under which the ending is counted and recorded. */
  String word();

  /** The words of all endings, the good one first. */
  static List<String> words() {
    return List.of(
        Responded.WORD,
        GuestFailed.WORD,
        Trapped.WORD,
        StackExhausted.WORD,
        TimedOut.WORD,
        FuelExhausted.WORD,
        MemoryExceeded.WORD,
        ResponseTooLarge.WORD,
        Cancelled.WORD,
        Overloaded.WORD,
        StoreUnavailable.WORD,
        Unrunnable.WORD,
        Tampered.WORD,
        WorkerLost.WORD);
  }

  /** What went wrong, in words; "" when the function answered. */
  String error();

  /**
   * The function answered, be it with an error status of its own.
   *
   * @param status 100 to 599, as the guest set it
   * @param headers in the order set
   */
  record Responded(int status, Headers headers, byte[] body, Usage usage) implements Outcome {
    static final String WORD = "responded";

    @Override
    public String word() {
      return WORD;
    }

    @Override
    public String error() {
      return "";
    }
  }

  /** The guest said that it failed; the message is the guest's own. */
  record GuestFailed(String message, Usage usage) implements Outcome {
    static final String WORD = "failed";

    @Override
    public String word() {
      return WORD;
    }

    @Override
    public String error() {
      return message;
    }
  }

  /** The guest broke a rule: a trap, or a result outside its memory. */
  record Trapped(String reason, Usage usage) implements Outcome {
    static final String WORD = "trapped";

    @Override
    public String word() {
      return WORD;
    }

    @Override
    public String error() {
      return reason;
    }
  }

  /** The guest's calls were nested deeper than its thread's stack holds. */
  record StackExhausted(Usage usage) implements Outcome {
    static final String WORD = "stack-exhausted";

    @Override
    public String word() {
      return WORD;
    }

    @Override
    public String error() {
      return "its calls are nested too deeply";
    }
  }

  /**
   * The guest ran longer than it may.
   *
   * @param limit the function's timeout, or less: what was left until the invocation's deadline
   */
  record TimedOut(Duration limit, Usage usage) implements Outcome {
    static final String WORD = "timeout";

    @Override
    public String word() {
      return WORD;
    }

    @Override
    public String error() {
      return "longer than " + limit.toMillis() + " ms";
    }
  }

  /** The guest used up its fuel. */
  record FuelExhausted(long limit, Usage usage) implements Outcome {
    static final String WORD = "fuel-exhausted";

    @Override
    public String word() {
      return WORD;
    }

    @Override
    public String error() {
      return "all " + limit + " units of fuel";
    }
  }

  /** The guest needed more memory than it may have. */
  record MemoryExceeded(long limitBytes, Usage usage) implements Outcome {
    static final String WORD = "memory-exceeded";

    @Override
    public String word() {
      return WORD;
    }

    @Override
    public String error() {
      return "more than " + limitBytes + " bytes of memory";
    }
  }

  /** The response was larger than the function's limit. */
  record ResponseTooLarge(long bytes, long limitBytes, Usage usage) implements Outcome {
    static final String WORD = "response-too-large";

    @Override
    public String word() {
      return WORD;
    }

    @Override
    public String error() {
      return bytes + " bytes of response, allowed are " + limitBytes;
    }
  }

  /** Nobody waited for the answer any more. */
  record Cancelled(Usage usage) implements Outcome {
    static final String WORD = "cancelled";

    @Override
    public String word() {
      return WORD;
    }

    @Override
    public String error() {
      return "nobody waited any more";
    }
  }

  /** No room: nothing ran, and trying again later can help. */
  record Overloaded(String reason, Duration retryAfter) implements Outcome {
    static final String WORD = "overloaded";

    @Override
    public Usage usage() {
      return Usage.NONE;
    }

    @Override
    public String word() {
      return WORD;
    }

    @Override
    public String error() {
      return reason;
    }
  }

  /** What it needs cannot be loaded just now: nothing ran, and trying again later can help. */
  record StoreUnavailable(String reason, Duration retryAfter) implements Outcome {
    static final String WORD = "store-unavailable";

    @Override
    public Usage usage() {
      return Usage.NONE;
    }

    @Override
    public String word() {
      return WORD;
    }

    @Override
    public String error() {
      return reason;
    }
  }

  /** The function cannot be run here: its module is missing, or refuses its configuration. */
  record Unrunnable(String reason, Usage usage) implements Outcome {
    static final String WORD = "unrunnable";

    @Override
    public String word() {
      return WORD;
    }

    @Override
    public String error() {
      return reason;
    }
  }

  /** What is stored of its module was changed since it was published: nothing ran. */
  record Tampered(String reason) implements Outcome {
    static final String WORD = "module-tampered";

    @Override
    public Usage usage() {
      return Usage.NONE;
    }

    @Override
    public String word() {
      return WORD;
    }

    @Override
    public String error() {
      return reason;
    }
  }

  /**
   * The worker went away before it answered, so that nobody knows what was used.
   *
   * @param started whether a guest may have run; true also where nobody knows. Only when it is
   *     false may the invocation be handed to another worker
   */
  record WorkerLost(boolean started) implements Outcome {
    static final String WORD = "worker-lost";

    @Override
    public Usage usage() {
      return Usage.NONE;
    }

    @Override
    public String word() {
      return WORD;
    }

    @Override
    public String error() {
      return "its worker was lost " + (started ? "while it may have run" : "before it began");
    }
  }
}
