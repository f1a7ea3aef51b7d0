"""Answers to questions whether a record describes the paper that its id names."""

from wamkg.reviewing import identity_questions
from wamkg.reviewing.identity_questions import IdentityAnswer, QuestionAnswered
from wamkg.services.writers import Writer
from wamkg.store.session import Store


def answer_question(store: Store, writer: Writer, uid: str, answer: IdentityAnswer) -> QuestionAnswered:
    """Answer a question. The answer and all that follows from it is one batch.

    Raises the errors of `questions.answer_question`.
    """
    with store.writing() as session:
        return identity_questions.answer_question(session, writer.actor(session), uid, answer)
