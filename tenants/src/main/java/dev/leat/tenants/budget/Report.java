package dev.leat.tenants.budget;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/** What one gateway tells all others at once, and how that is written down. */
record Report(List<Spent> spent, List<Ask> asks, List<Loan> loans) {
  /** Some 500 to 1,500 names, most of them in one piece of a network's 64 KB. */
  static final int BYTES_MAX = 60_000;

  /** The first byte: what the report is of. One that is not known is not read. */
  static final int OF_REQUESTS = 1;

  static final int OF_OUTBOUND = 2;
  private static final int END = 0;
  private static final int SPENT = 1;
  private static final int ASK = 2;
  private static final int LOAN = 3;

  /**
   * What it has spent of a rate.
   *
   * @param total since it began
   * @param more of it, since it last said so
   */
  record Spent(String name, long total, long more) {}

  /**
   * It wants to have so many of the lender's places in all.
   *
   * @param askedAt when, by its own clock
   */
  record Ask(String name, String lender, int amount, long askedAt) {}

  /**
   * It lends so many of its places in all.
   *
   * @param incarnation of the borrower
   * @param askedAt as the borrower said
   */
  record Loan(String name, String borrower, long incarnation, int amount, long askedAt) {}

  Report {
    spent = List.copyOf(spent);
    asks = List.copyOf(asks);
    loans = List.copyOf(loans);
  }

  /**
   * @throws IllegalArgumentException if it is no report
   */
  static Report read(byte[] bytes) {
    List<Spent> spent = new ArrayList<>();
    List<Ask> asks = new ArrayList<>();
    List<Loan> loans = new ArrayList<>();
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
      int format = in.readUnsignedByte();
      require(format == OF_REQUESTS || format == OF_OUTBOUND);
      for (int kind = in.readUnsignedByte(); kind != END; kind = in.readUnsignedByte()) {
        switch (kind) {
          case SPENT -> spent.add(new Spent(in.readUTF(), positive(in), positive(in)));
          case ASK -> asks.add(new Ask(in.readUTF(), in.readUTF(), places(in), in.readLong()));
          case LOAN ->
              loans.add(
                  new Loan(in.readUTF(), in.readUTF(), in.readLong(), places(in), in.readLong()));
          default -> throw new IllegalArgumentException("There is no entry of kind " + kind);
        }
      }
      require(in.read() < 0);
    } catch (IOException e) {
      throw new IllegalArgumentException("The report ends too early, or has no text", e);
    }
    return new Report(spent, asks, loans);
  }

  private static long positive(DataInputStream in) throws IOException {
    long number = in.readLong();
    require(number >= 0);
    return number;
  }

  private static int places(DataInputStream in) throws IOException {
    int number = in.readInt();
    require(number >= 0);
    return number;
  }

  private static void require(boolean holds) {
    if (!holds) {
      throw new IllegalArgumentException("This is no report");
    }
  }

  /** A report that is being written. What it has no room for is left to the next. */
  static final class Draft {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final DataOutputStream out = new DataOutputStream(bytes);
    private boolean isEmpty = true;

    Draft(int format) {
      write(() -> out.writeByte(format));
    }

    boolean isEmpty() {
      return isEmpty;
    }

    boolean add(Spent spent) {
      return add(
          SPENT,
          spent.name,
          "",
          () -> {
            out.writeUTF(spent.name);
            out.writeLong(spent.total);
            out.writeLong(spent.more);
          });
    }

    boolean add(Ask ask) {
      return add(
          ASK,
          ask.name,
          ask.lender,
          () -> {
            out.writeUTF(ask.name);
            out.writeUTF(ask.lender);
            out.writeInt(ask.amount);
            out.writeLong(ask.askedAt);
          });
    }

    boolean add(Loan loan) {
      return add(
          LOAN,
          loan.name,
          loan.borrower,
          () -> {
            out.writeUTF(loan.name);
            out.writeUTF(loan.borrower);
            out.writeLong(loan.incarnation);
            out.writeInt(loan.amount);
            out.writeLong(loan.askedAt);
          });
    }

    private boolean add(int kind, String name, String node, Write entry) {
      int numbers = 32; // the kind, two lengths and the numbers of the longest entry
      int longest = numbers + 3 * (name.length() + node.length());
      if (bytes.size() + longest > BYTES_MAX) {
        return false;
      }
      write(() -> out.writeByte(kind));
      write(entry);
      isEmpty = false;
      return true;
    }

    byte[] end() {
      write(() -> out.writeByte(END));
      return bytes.toByteArray();
    }

    private static void write(Write what) {
      try {
        what.run();
      } catch (IOException e) {
        throw new UncheckedIOException("Writing to memory", e);
      }
    }

    private interface Write {
      void run() throws IOException;
    }
  }
}
