-- What the examples of the manual speak of.
INSERT INTO campanhas (id, nome, ativa, telefones_restantes) VALUES (10, 'Campanha Clientes X', false, 4), (50, 'Campanha Clientes Y', true, 0);
INSERT INTO historicos_campanhas VALUES (10, 1, '33553434', '219217305861', 'TESTE DO TOTALIP', '10005', '2026-11-20 10:30:00.25', 'Pediu retorno');
INSERT INTO ura_logs VALUES ('1272916393.14005', 1, 'Principal', 'TOCAR', 'bemvindo', '1', 12, '2026-11-20 10:30:00');
INSERT INTO status_servidores VALUES (1, 'Servidor Banco de Dados', 'OK'), (2, 'Servidor Aplicação 1', 'WARNING - Particao /backup 84%');
INSERT INTO ligacoes_ativo VALUES (1, '1133553434', 85, 80, 'ANSWERED', '10005', '2026-11-20 09:00:00', 'local', 0.1, 0.14, 0.15, 90, 'Matriz',
	'1272916393.14005', 10, 3, 'Rota 3', true), (2, '1133553400', 20, 0, 'NO ANSWER', NULL, '2026-11-20 23:59:59.9995', 'local', 0.1, 0, 0, 0, 'Matriz',
	'1272916393.14006', NULL, 3, 'Rota 3', false);
INSERT INTO ligacoes_receptivo VALUES (1, '1195894637', '40045000', 60, 52, 'ANSWERED', '10005', '2026-11-20 09:10:00', 'celular local', 0, 0, '1272916393.14007', false);
INSERT INTO resultado_discador VALUES (1, 10, '219217305861', 'TESTE DO TOTALIP', NULL, '33553434', 3, 'Ocupado', '2026-11-19 14:00:00', '1272916393.14008', NULL, NULL),
	(2, 10, '467351', '0002; filial', NULL, '89254691', 8, 'Não Atende', '2026-11-20 14:00:00', '1272916393.14009', NULL, NULL);
INSERT INTO telefones_nao_trabalhados VALUES (2, 10, '467351', '0002; filial', '33553400', '2026-11-18 08:00:00', NULL);
INSERT INTO usuarios VALUES (5, 'Carlos da Silva', '10005', 1, 'Disponível', 2, 'Em ligação', 1, 'carlos@example.com', '11984169856', 'D', '1515063682.70419',
	'219217305861', 'TESTE DO TOTALIP', '33553434', 10, NULL), (20, 'Rodrigo Vieira', '20010', 4, 'Almoço', 1, 'Livre', 1, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO status_usuarios VALUES (1, 'Disponível'), (4, 'Almoço'), (52, 'Banheiro');
INSERT INTO status_telefone VALUES (1, 'Livre'), (2, 'Em ligação');
INSERT INTO telefones_campanhas (id, campanha_id, parametro1, parametro2, telefone, id_status, status, importado_em, prioridade) VALUES
	(1234, 10, '219217305861', 'TESTE DO TOTALIP', '33553434', 3, 'Ocupado', '2026-11-18 08:00:00', 1),
	(1235, 10, '219217305861', 'TESTE DO TOTALIP', '33553400', NULL, NULL, '2026-11-18 08:00:00', 2),
	(1236, 10, '219217305861', 'TESTE DO TOTALIP', '999884466', NULL, 'Na Fila de Espera', '2026-11-18 08:00:00', 3),
	(1240, 10, '467351', '0002; filial', '89254691', 8, 'Não Atende', '2026-11-18 08:00:00', 1);
SELECT setval('telefones_campanhas_id_seq', 2000);
INSERT INTO status_discador VALUES (3, 'Ocupado'), (8, 'Não Atende'), (10, 'Venda realizada'), (1002, 'Agendamento Operador');
INSERT INTO grupos VALUES (1, 'Operadores');
INSERT INTO pausas VALUES (5, '10005', 4, '2026-11-20 12:00:00', 3600), (5, '10005', 4, '2026-11-20 12:00:00', 3600), (20, '20010', 52, '2026-11-20 15:00:00', 120);
INSERT INTO resultados_ura_pesquisa VALUES (1, 'Satisfação', 'NOTA', 'nota', 'De 0 a 10?', '9', 'Suporte', 5, '2026-11-20 09:12:00', '1272916393.14007');
INSERT INTO grupos_de_atendimento VALUES (2, 'Comercial'), (3, 'Suporte');
INSERT INTO grupos_de_atendimento_logs VALUES (1, 3, 6, 96, NULL, 5, '1132425871', '2026-11-20 09:10:00', '1272916393.14007'),
	(2, 2, 63, 0, NULL, NULL, '1131888490', '2026-11-20 09:20:00', '1272916393.14010');
INSERT INTO grupo_de_atendimento_telefones VALUES (3, '40045000');
INSERT INTO grupo_de_atendimento_usuarios VALUES (5, 3);
INSERT INTO grupo_de_atendimento_usuarios_status VALUES ('Suporte', 'Carlos da Silva', '10005', 'Disponível', 'Em ligação');
INSERT INTO uso_canais VALUES ('Tronco 1', 'SIP', 7, 30, 12, '40%');
INSERT INTO tentativas_nao_atendidas VALUES (1, 20, '20010', 'Rodrigo Vieira', 3, 'Suporte', 15, '2026-11-20 09:11:00', '1272916393.14011');
INSERT INTO telefones_bloqueados (telefone, descricao, grupo_de_bloqueio) VALUES (1133559999, 'Procon', 'Geral'), (1133559999, 'Procon', 'Vendas');
INSERT INTO nivel_de_servico VALUES ('2026-11-20', '09:00 - 10:00', 20, 3, 'Suporte', 8, 2, 0, 1, 11);
INSERT INTO campanhas_logs VALUES ('10005', 'Campanha criada', '2026-11-18 08:00:00');
INSERT INTO resultado_discador_mensal VALUES (1, '1272916393.14008', 1234, '219217305861', 'TESTE DO TOTALIP', '33553434', 3, 'Ocupado',
	'2026-11-19 14:00:00', '2026-11-19 14:00:20', '10005', 'Campanha Clientes X', 10, 'Rota 3', 'SIP/1', false);
INSERT INTO black_list VALUES (1, 'Geral'), (2, 'Vendas');
INSERT INTO mensagens_sms_recebidas VALUES (1, '11984169856', 'Pare', '2026-11-20 16:00:00');
INSERT INTO rotas VALUES (3, 'Rota 3', true), (4, 'Rota 4', false);
