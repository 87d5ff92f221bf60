package dev.leat.engine.chicory;

import com.dylibso.chicory.runtime.Memory;
import com.dylibso.chicory.runtime.OpcodeImpl;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;
import org.objectweb.asm.commons.CodeSizeEvaluator;
import org.objectweb.asm.tree.AbstractInsnNode;
import org.objectweb.asm.tree.ClassNode;
import org.objectweb.asm.tree.FrameNode;
import org.objectweb.asm.tree.IincInsnNode;
import org.objectweb.asm.tree.InsnList;
import org.objectweb.asm.tree.InsnNode;
import org.objectweb.asm.tree.JumpInsnNode;
import org.objectweb.asm.tree.LabelNode;
import org.objectweb.asm.tree.LdcInsnNode;
import org.objectweb.asm.tree.LookupSwitchInsnNode;
import org.objectweb.asm.tree.MethodInsnNode;
import org.objectweb.asm.tree.MethodNode;
import org.objectweb.asm.tree.TableSwitchInsnNode;
import org.objectweb.asm.tree.VarInsnNode;

/**
 * Rewrites a class that Chicory generated: its functions pay fuel for each instruction that they
 * run, and reach the flat memory without going through an interface.
 *
 * <p><b>Fuel.</b> The price is what was run, exactly: it is paid at calls, jumps backwards and
 * returns, and made equal where ways through the code meet. A unit is one JVM instruction;
 * references to the memory and the instance, which WebAssembly does not have, are free. Whether any
 * fuel is left is asked at each jump backwards and each call, which stand in place of Chicory's
 * interruption checks: no path between two of them is longer than its function.
 *
 * <p><b>Locals.</b> Fuel and the memory's arrays are kept in local variables. Around whatever may
 * use fuel or grow the memory they are handed over and taken back, and so is the fuel when the
 * function returns. It is noted at each jump backwards too, so that a trap loses no more than a
 * function is long: a handler in each function would have the JVM verify each instruction twice.
 */
final class GuestCodePass {
  /** Changed whenever the rewritten code changes, since stored classes are kept under it. */
  static final int VERSION = 4;

  private static final String MEMORY_TYPE = Type.getDescriptor(Memory.class);
  private static final String GUEST_CODE = Type.getInternalName(GuestCode.class);
  private static final String NUMBERS_OWNER = Type.getInternalName(OpcodeImpl.class);
  private static final String MODULE = ChicoryEngine.MAIN_CLASS.replace('.', '/');
  private static final String BYTES = "[B";
  private static final int NONE = -1;

  /**
   * Bytes of code up to which a function keeps the memory's arrays. Taking them back after each
   * call could make a larger one too large for the JVM, which takes 65,535.
   */
  private static final int ARRAYS_KEPT_UP_TO = 32_000;

  /** What the helper classes of a module are called; all of Chicory's operations are in one. */
  private static final String OPERATIONS = "Shaded";

  /** Loads and stores, by the name of Chicory's operation. */
  private static final Map<String, String> LOADS =
      Map.of(
          "memoryReadByte", "load8",
          "memoryReadShort", "load16",
          "memoryReadInt", "load32",
          "memoryReadLong", "load64",
          "memoryReadFloat", "loadFloat",
          "memoryReadDouble", "loadDouble");

  private static final Map<String, String> STORES =
      Map.of(
          "memoryWriteByte", "store8",
          "memoryWriteShort", "store16",
          "memoryWriteInt", "store32",
          "memoryWriteLong", "store64",
          "memoryWriteFloat", "storeFloat",
          "memoryWriteDouble", "storeDouble");

  /** Chicory's operations on numbers that {@link GuestCode} has right. */
  private static final Map<String, String> NUMBERS =
      Map.of(
          "F32_MIN", "min",
          "F32_MAX", "max",
          "F64_MIN", "min",
          "F64_MAX", "max",
          "F64_CEIL", "ceil",
          "F64_FLOOR", "floor",
          "F64_TRUNC", "trunc");

  /** Likewise on tables and segments, under the same name. */
  private static final Set<String> BULK = Set.of("tableFill", "tableCopy", "tableInit", "dataDrop");

  /** Operations that use no fuel and leave the memory's arrays as they are. */
  private static final Set<String> PLAIN =
      Set.of(
          "i32_ge_u",
          "isRefNull",
          "refAsNonNull",
          "readGlobal",
          "writeGlobal",
          "readGlobalRef",
          "memoryPages",
          "tableSize");

  private static final List<String> PLAIN_FAMILIES = List.of("memoryAtomic", "throw");

  private GuestCodePass() {}

  static byte[] rewrite(byte[] classFile) {
    ClassNode type = new ClassNode();
    new ClassReader(classFile).accept(type, ClassReader.EXPAND_FRAMES);
    for (MethodNode method : type.methods) {
      if (method.name.startsWith("func_")) {
        new Function(method).rewrite();
      } else {
        dropInterruptionChecks(method); // those who call it have paid
      }
    }
    ClassWriter writer = new ClassWriter(ClassWriter.COMPUTE_MAXS);
    type.accept(writer);
    return writer.toByteArray();
  }

  private static void dropInterruptionChecks(MethodNode method) {
    for (AbstractInsnNode instruction : method.instructions) {
      if (instruction instanceof MethodInsnNode call && isInterruptionCheck(call)) {
        method.instructions.remove(call);
      }
    }
  }

  private static boolean isPlain(MethodInsnNode call) {
    return call.owner.endsWith(OPERATIONS)
        ? PLAIN.contains(call.name) || PLAIN_FAMILIES.stream().anyMatch(call.name::startsWith)
        : !call.owner.startsWith(MODULE);
  }

  private static boolean isInterruptionCheck(MethodInsnNode call) {
    return call.name.equals("checkInterruption");
  }

  /** One function on its way to its rewritten form. */
  private static final class Function {
    private final InsnList code;
    private final Type[] parameters;
    private final int memory;
    private final int firstLocal;
    private final int fuel;
    private final int data;
    private final int dirty;
    private final List<Object> newTypes = new ArrayList<>(List.of(Opcodes.INTEGER));

    /** What is unpaid where a label is reached, by whatever way: as the first of them had it. */
    private final Map<LabelNode, Integer> unpaidAt = new HashMap<>();

    private final Set<LabelNode> passed = new HashSet<>();

    /** Instructions that were run on the way here and are not paid for yet. */
    private int unpaid;

    private boolean isReached = true;

    Function(MethodNode method) {
      this.code = method.instructions;
      this.parameters = Type.getArgumentTypes(method.desc);
      this.memory = slot(List.of(parameters).indexOf(Type.getType(Memory.class)));
      this.firstLocal = slot(parameters.length);
      boolean keepsArrays = sizeOf(method) <= ARRAYS_KEPT_UP_TO;
      boolean stores = keepsArrays && calls(STORES);
      this.fuel = firstLocal;
      this.data = stores || keepsArrays && calls(LOADS) ? newArray() : NONE;
      this.dirty = stores ? newArray() : NONE;
      for (AbstractInsnNode instruction : code) {
        if (!(instruction instanceof JumpInsnNode)) {
          targets(instruction).forEach(label -> unpaidAt.put(label, 0)); // the same for all of them
        }
      }
    }

    private static int sizeOf(MethodNode method) {
      CodeSizeEvaluator size = new CodeSizeEvaluator(null);
      method.accept(size);
      return size.getMaxSize();
    }

    private int slot(int parameter) {
      return Arrays.stream(parameters, 0, parameter).mapToInt(Type::getSize).sum();
    }

    private int newArray() {
      newTypes.add(BYTES);
      return firstLocal + newTypes.size() - 1;
    }

    private boolean calls(Map<String, String> operations) {
      for (AbstractInsnNode instruction : code) {
        if (instruction instanceof MethodInsnNode call && operations.containsKey(call.name)) {
          return true;
        }
      }
      return false;
    }

    private static List<LabelNode> targets(AbstractInsnNode instruction) {
      return switch (instruction) {
        case JumpInsnNode jump -> List.of(jump.label);
        case TableSwitchInsnNode choice -> join(choice.dflt, choice.labels);
        case LookupSwitchInsnNode choice -> join(choice.dflt, choice.labels);
        default -> List.of();
      };
    }

    private static List<LabelNode> join(LabelNode orElse, List<LabelNode> labels) {
      List<LabelNode> all = new ArrayList<>(labels);
      all.add(orElse);
      return all;
    }

    void rewrite() {
      AbstractInsnNode[] instructions = code.toArray();
      code.insertBefore(instructions[0], takeBack());
      for (AbstractInsnNode instruction : instructions) {
        rewrite(instruction);
      }
    }

    private void rewrite(AbstractInsnNode instruction) {
      switch (instruction) {
        case LabelNode label -> reach(label);
        case FrameNode frame -> frame.local = extended(frame.local);
        case VarInsnNode variable -> {
          unpaid += variable.getOpcode() == Opcodes.ALOAD ? 0 : 1;
          variable.var = moved(variable.var);
        }
        case IincInsnNode increment -> {
          unpaid++;
          increment.var = moved(increment.var);
        }
        case MethodInsnNode call -> rewrite(call);
        default -> {
          if (instruction.getOpcode() >= 0) {
            unpaid++;
            leaveBlock(instruction);
          }
        }
      }
    }

    private int moved(int variable) {
      return variable < firstLocal ? variable : variable + newTypes.size();
    }

    private List<Object> extended(List<Object> locals) {
      List<Object> extended = new ArrayList<>(locals);
      while (extended.size() < parameters.length) { // in code that is never reached
        extended.add(frameType(parameters[extended.size()]));
      }
      extended.addAll(parameters.length, newTypes);
      return extended;
    }

    private void reach(LabelNode label) {
      if (isReached) {
        agree(label, label);
      } else {
        unpaid = unpaidAt.computeIfAbsent(label, unknown -> 0);
      }
      isReached = true;
      passed.add(label);
    }

    /** Pays, or is given back, what this way to the label has unpaid beyond the first one. */
    private void agree(LabelNode label, AbstractInsnNode before) {
      payDownTo(unpaidAt.computeIfAbsent(label, unknown -> unpaid), before);
    }

    private void leaveBlock(AbstractInsnNode instruction) {
      int opcode = instruction.getOpcode();
      List<LabelNode> next = targets(instruction);
      if (!next.isEmpty()) {
        agree(next.getFirst(), instruction);
        if (next.stream().anyMatch(passed::contains)) {
          code.insertBefore(instruction, tick());
        }
        isReached = opcode != Opcodes.GOTO && instruction instanceof JumpInsnNode;
      } else if (opcode == Opcodes.ATHROW
          || opcode >= Opcodes.IRETURN && opcode <= Opcodes.RETURN) {
        payDownTo(0, instruction);
        code.insertBefore(instruction, handOver("keep"));
        isReached = false;
      }
    }

    private void rewrite(MethodInsnNode call) {
      if (isInterruptionCheck(call)) {
        code.remove(call);
        return;
      }
      unpaid++;
      if (call.owner.equals(NUMBERS_OWNER) && NUMBERS.containsKey(call.name)) {
        call.owner = GUEST_CODE;
        call.name = NUMBERS.get(call.name);
      } else if (LOADS.containsKey(call.name)) {
        redirect(call, LOADS.get(call.name), data);
      } else if (STORES.containsKey(call.name)) {
        redirect(call, STORES.get(call.name), data, dirty);
      } else if (!isPlain(call)) {
        if (BULK.contains(call.name)) {
          call.owner = GUEST_CODE;
        }
        payDownTo(0, call);
        code.insertBefore(call, handOver("pass"));
        code.insert(call, takeBack());
      }
    }

    /** The flat memory's load or store in place of Chicory's, whose last argument is the memory. */
    private void redirect(MethodInsnNode call, String operation, int... arrays) {
      call.owner = GUEST_CODE;
      call.name = operation;
      AbstractInsnNode last = call.getPrevious();
      if (data != NONE && last instanceof VarInsnNode variable && variable.var == memory) {
        for (int array : arrays) {
          code.insertBefore(call, new VarInsnNode(Opcodes.ALOAD, array));
        }
        code.remove(last);
        call.desc = call.desc.replace(MEMORY_TYPE, BYTES.repeat(arrays.length));
      }
    }

    private void payDownTo(int rest, AbstractInsnNode before) {
      int price = unpaid - rest;
      if (Math.abs(price) > Short.MAX_VALUE) {
        code.insertBefore(before, new VarInsnNode(Opcodes.ILOAD, fuel));
        code.insertBefore(before, new LdcInsnNode(price));
        code.insertBefore(before, new InsnNode(Opcodes.ISUB));
        code.insertBefore(before, new VarInsnNode(Opcodes.ISTORE, fuel));
      } else if (price != 0) {
        code.insertBefore(before, new IincInsnNode(fuel, -price));
      }
      unpaid = rest;
    }

    private InsnList tick() {
      InsnList tick = new InsnList();
      tick.add(new VarInsnNode(Opcodes.ILOAD, fuel));
      tick.add(new VarInsnNode(Opcodes.ALOAD, memory));
      tick.add(guestCode("tick", "(I" + MEMORY_TYPE + ")I"));
      tick.add(new VarInsnNode(Opcodes.ISTORE, fuel));
      return tick;
    }

    private InsnList handOver(String how) {
      InsnList handOver = new InsnList();
      handOver.add(new VarInsnNode(Opcodes.ALOAD, memory));
      handOver.add(new VarInsnNode(Opcodes.ILOAD, fuel));
      handOver.add(guestCode(how, "(" + MEMORY_TYPE + "I)V"));
      return handOver;
    }

    private InsnList takeBack() {
      InsnList takeBack = new InsnList();
      takeBack(takeBack, "fuel", "I", Opcodes.ISTORE, fuel);
      takeBack(takeBack, "data", BYTES, Opcodes.ASTORE, data);
      takeBack(takeBack, "dirty", BYTES, Opcodes.ASTORE, dirty);
      return takeBack;
    }

    private void takeBack(InsnList to, String what, String type, int store, int variable) {
      if (variable != NONE) {
        to.add(new VarInsnNode(Opcodes.ALOAD, memory));
        to.add(guestCode(what, "(" + MEMORY_TYPE + ")" + type));
        to.add(new VarInsnNode(store, variable));
      }
    }

    private static MethodInsnNode guestCode(String name, String descriptor) {
      return new MethodInsnNode(Opcodes.INVOKESTATIC, GUEST_CODE, name, descriptor, false);
    }

    private static Object frameType(Type type) {
      return switch (type.getSort()) {
        case Type.LONG -> Opcodes.LONG;
        case Type.DOUBLE -> Opcodes.DOUBLE;
        case Type.FLOAT -> Opcodes.FLOAT;
        case Type.OBJECT, Type.ARRAY -> type.getInternalName();
        default -> Opcodes.INTEGER;
      };
    }
  }
}
