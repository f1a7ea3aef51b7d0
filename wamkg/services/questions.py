"""Answers to whether a record is the paper that its id leads to."""

from wamkg.reviewing import questions
from wamkg.reviewing.questions import IdentityAnswer, QuestionAnswered
from wamkg.services.writers import Writer
from wamkg.store.session import Store


def answer_question(store: Store, writer: Writer, uid: str, answer: IdentityAnswer) -> QuestionAnswered:
    """Answer a question; one undo takes back the answer and all that follows from it.

    Raises as `questions.answer_question`.
    """
    with store.writing() as session:
        return questions.answer_question(session, writer.actor(session), uid, answer)
