//! Broken adapters, to show that the checks of a simulation find what they should.

/// One way in which an adapter may break its contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lie {
    /// The archive says that it wrote an event with an even seq and did not.
    InsertForgotten,
    /// The archive loses such events and proves them whole all the same.
    InsertForgottenAndProven,
    /// A read gives a record twice.
    RecordDoubled,
    /// A read gives a record under the next one's offset, and the next one not at all.
    RecordSwallowed,
    /// A truncation deletes one record too many.
    TruncatedTooFar,
    /// Bytes that are set aside lose their last one.
    QuarantineCut,
    /// Words that the archive says it blanked stand there still.
    EraseForgotten,
    /// The same of what was set aside.
    EraseInQuarantineForgotten,
    /// A row says that it was marked and was not.
    MarkForgotten,
    /// The log says that it appended a record and did not.
    AppendForgotten,
    /// A tail leaves a record out.
    TailSkips,
    /// A tail gives records in another order than the next one.
    TailSwaps,
}
